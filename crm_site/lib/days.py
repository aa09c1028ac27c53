"""Days of the organisation: figures begin and end with them, wherever their reader sits."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from django.conf import settings
from django.utils import timezone


def organisation_zone() -> zoneinfo.ZoneInfo:
    """Return the zone in which the organisation's days begin."""
    return zoneinfo.ZoneInfo(settings.ORGANISATION_TIME_ZONE)


def organisation_day(moment: dt.datetime) -> dt.date:
    """Return the organisation's day of a moment."""
    return moment.astimezone(organisation_zone()).date()


def organisation_today() -> dt.date:
    """Return the organisation's day now."""
    return organisation_day(timezone.now())


def years_between(birth: dt.date, day: dt.date) -> int:
    """Return the completed years of life on a day; in a common year 29 February is completed on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def beginning(day: dt.date) -> dt.datetime:
    """Return the moment at which a day of the organisation begins."""
    return dt.datetime.combine(day, dt.time.min, organisation_zone())
