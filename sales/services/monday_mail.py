"""The mail of a Monday morning: how the deals moved since last Monday, once for each manager and week."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template import Context, loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from crm_site.lib.days import organisation_zone
from crm_site.lib.local_times import moment_of, zone_of
from crm_site.lib.money import format_money
from crm_site.mail.queueing import queue_mail
from crm_site.notifications.choices import Channel
from crm_site.notifications.choosing import wanting
from crm_site.notifications.kinds import get_kind
from crm_site.staff.choices import Scope
from crm_site.staff.models import User
from sales.choices import ChangeKind
from sales.models import MondayMail
from sales.selectors.monday import Monday, Week, read_monday
from sales.selectors.periods import WEEK, Reach, leads_sales

KIND = "forecast.monday"
HOUR = dt.time(8)
TOLD = (
    ChangeKind.CREATED, ChangeKind.WON, ChangeKind.LOST, ChangeKind.MOVED, ChangeKind.SLIPPED, ChangeKind.PULLED,
    ChangeKind.AMOUNT,
)  # fmt: skip
SHOWN = 8


def mail_mondays(now: dt.datetime | None = None) -> int:
    """Queue the mails whose hour has come in the zones of their readers; return how many. Safe to run twice at once."""
    if not settings.MAIL_SENDING:
        return 0
    now = now or timezone.now()
    due = {one: monday for one in _managers() if (monday := monday_due(one, now)) is not None}
    told = set(MondayMail.objects.filter(user__in=due, monday__in=set(due.values())).values_list("user", "monday"))
    wanted = wanting(get_kind(KIND), Channel.MAIL, [one.pk for one in due])
    return sum(
        mail_monday(one, monday)
        for one, monday in due.items()
        if one.pk in wanted and (one.pk, monday) not in told and leads_sales(one)
    )


def monday_due(user: User, now: dt.datetime) -> dt.date | None:
    """Return the person's Monday if it has struck eight where they are, and the day is not over; None otherwise."""
    zone = zone_of(user.time_zone)
    today = now.astimezone(zone).date()
    if today.weekday() or now < moment_of(today, HOUR, zone):
        return None
    return today


@transaction.atomic
def mail_monday(user: User, monday: dt.date) -> bool:
    """Queue the mail of one person and Monday, once; return whether it was queued now."""
    MondayMail.objects.bulk_create([MondayMail(user=user, monday=monday)], ignore_conflicts=True)
    # Two sweeps at once: the row's lock lets the second see that the first has told.
    kept = MondayMail.objects.select_for_update().get(user=user, monday=monday)
    if kept.queued:
        return False
    MondayMail.objects.filter(pk=kept.pk).update(queued=True)
    told = read_monday(Reach(user), Week(monday - WEEK), touched=SHOWN)
    subject, text, html = render(user, told)
    queue_mail(f"monday:{user.pk}:{monday.isoformat()}", user.email, subject=subject, text=text, html=html)
    return True


def render(user: User, told: Monday) -> tuple[str, str, str]:
    """Return subject, plain text and HTML in the person's language."""
    base = settings.BASE_URL.rstrip("/")
    with translation.override(user.language), timezone.override(organisation_zone()):
        total = told.total
        counts = [(kind.label, total.told[kind].deals) for kind in TOLD if kind in total.told]
        context: dict[str, Any] = {
            "greeting": gettext("Hello %(name)s,") % {"name": user.short_name},
            "week": told.week,
            "before": _money(total.before),
            "after": _money(total.after),
            "lines": [
                *((label, str(count)) for label, count in counts),
                (gettext("No next step"), str(total.stepless)),
            ],
            "deals": [(one.deal, f"{base}{one.deal.get_absolute_url()}", one.kinds) for one in told.touched],
            "page_url": f"{base}{reverse('sales:monday')}",
            "preferences_url": f"{base}{reverse('notifications:preferences')}",
            "language": translation.get_language(),
            "subject": gettext("Monday: how your deals moved"),
        }
        words: Any = loader.get_template("sales/forecast/monday_mail.txt")
        # Plain text: what is escaped for HTML would be read as it stands.
        text = words.template.render(Context(context, autoescape=False))
        html = loader.render_to_string("sales/forecast/monday_mail.html", context)
        return f"{settings.PRODUCT_NAME}: {context['subject']}", text, html


def _money(amount: Decimal) -> str:
    return format_money(amount, settings.BASE_CURRENCY, translation.get_language() or settings.LANGUAGE_CODE)


def _managers() -> list[User]:
    """Return the active people who may answer for the deals of others."""
    wide = [Scope.TEAM.value, Scope.ALL.value]
    roles = Q(roles__grants__module="sales", roles__grants__edit__in=wide)
    return list(User.objects.filter(roles | Q(is_superuser=True), is_active=True).distinct().order_by("pk"))
