"""What is said of forecasts and targets, and the kind under which people choose the Monday mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.events.verbs import Eraser, register_verb
from crm_site.notifications.kinds import NotificationKind, register_kind
from sales.services.monday_mail import KIND

register_kind(
    NotificationKind(
        KIND, _("Monday mail: how the deals moved"), _("How the deals moved since last Monday"), "calendar-week",
        by_default=("mail",), own_mail=True,
    )
)  # fmt: skip
register_verb("forecast.adjusted", _("The forecast was adjusted"), "adjustments", Eraser.KEEP, system=True)
register_verb("forecast.targets", _("Sales targets were set"), "target", Eraser.KEEP, system=True)
