"""What business calendars add to the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.querysets import sets_up


def register() -> None:
    """Register the rail item."""
    register_nav(
        NavItem(
            code="calendars",
            label=_("Business calendars"),
            icon="calendar-time",
            url_name="calendars:calendar-list",
            group=Group.SETUP,
            allowed=sets_up,
            order=60,
        )
    )
