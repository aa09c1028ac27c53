"""The daily mail: at most one for each person and day of theirs, at the hour they chose."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import defaultdict
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.template import Context, loader
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from crm_site.lib.days import organisation_zone
from crm_site.mail.queueing import queue_mail
from crm_site.notifications.models import Digest, DigestHour, Notification
from crm_site.staff.models import User
from crm_site.staff.subjects import find_subject

log = structlog.get_logger(__name__)

SHOWN = 40
# How far the first mail looks back.
FIRST_REACH = dt.timedelta(days=1)


def make_digests(now: dt.datetime | None = None) -> int:
    """Make the mails whose hour has come, and return how many people have news; nothing while mail is off."""
    if not settings.MAIL_SENDING:
        return 0
    now = now or timezone.now()
    made = 0
    for chosen in DigestHour.objects.filter(user__is_active=True).select_related("user").order_by("user_id"):
        local = now.astimezone(zone_of(chosen.user))
        # "From that hour on": the hour may be skipped by a clock change, or slept through by the workers.
        if local.hour >= chosen.hour and not Digest.objects.filter(user=chosen.user, day=local.date()).exists():
            made += make_digest(chosen.user, local.date(), now)
    return made


@transaction.atomic
def make_digest(user: User, day: dt.date, now: dt.datetime) -> bool:
    """Make one person's mail of a day, once; return whether there was anything to tell."""
    last = Digest.objects.filter(user=user).aggregate(last=Max("upto"))["last"]
    digest = Digest(user=user, day=day)
    Digest.objects.bulk_create([digest], ignore_conflicts=True)
    # Two workers at once: the row's lock lets the second see that the first has told.
    kept = Digest.objects.select_for_update().get(user=user, day=day)
    if kept.upto:
        return False
    rows = Notification.objects.filter(recipient=user, in_mail=True, pk__gt=last or 0)
    if last is None:
        rows = rows.filter(created_at__gte=now - FIRST_REACH)
    news = list(rows.order_by("pk"))
    told = _still_seen([one for one in news if one.read_at is None], user)
    kept.upto, kept.count = news[-1].pk if news else (last or 0), len(told)
    kept.save(update_fields=("upto", "count"))
    if told:
        subject, text, html = render(user, told)
        queue_mail(f"digest:{user.pk}:{day.isoformat()}", user.email, subject=subject, text=text, html=html)
    return bool(told)


def render(user: User, told: list[Notification]) -> tuple[str, str, str]:
    """Return subject, plain text and HTML in the person's language and zone, the newest first."""
    base = settings.BASE_URL.rstrip("/")
    with translation.override(user.language), timezone.override(zone_of(user)):
        count = len(told)
        subject = ngettext("%(product)s: %(count)d thing is new", "%(product)s: %(count)d things are new", count)
        lines = [
            {"sentence": one.sentence, "url": f"{base}/notifications/{one.pk}/", "at": one.created_at}
            for one in told[: -SHOWN - 1 : -1]
        ]
        context: dict[str, Any] = {
            "greeting": gettext("Hello %(name)s,") % {"name": user.short_name},
            "lines": lines,
            "more": count - len(lines),
            "all_url": f"{base}/notifications/",
            "preferences_url": f"{base}/notifications/preferences/",
            "product_name": settings.PRODUCT_NAME,
            "language": translation.get_language(),
        }
        words: Any = loader.get_template("notifications/digest.txt")
        # Plain text: what is escaped for HTML would be read as it stands.
        text = words.template.render(Context(context, autoescape=False))
        html = loader.render_to_string("notifications/digest.html", context)
        return subject % {"product": settings.PRODUCT_NAME, "count": count}, text, html


def zone_of(user: User) -> zoneinfo.ZoneInfo:
    """Return the person's zone, or the organisation's where the name is none by now."""
    try:
        return zoneinfo.ZoneInfo(user.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return organisation_zone()


def _still_seen(told: list[Notification], user: User) -> list[Notification]:
    """Leave out what is about records that the person may no longer see: a mail stays for ever."""
    asked: dict[str, set[int]] = defaultdict(set)
    for one in told:
        if one.subject_kind and one.subject_id is not None:
            asked[one.subject_kind].add(one.subject_id)
    seen: set[tuple[str, int | None]] = set()
    for kind, keys in asked.items():
        subject = find_subject(kind)
        if subject is not None:
            visible = subject.rows().visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)
            seen |= {(kind, pk) for pk in visible}
    return [one for one in told if not one.subject_kind or (one.subject_kind, one.subject_id) in seen]
