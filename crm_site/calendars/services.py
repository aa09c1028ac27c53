"""Setting up business calendars. One of them always is the default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.calendars.choices import Weekday
from crm_site.calendars.models import BusinessCalendar, CalendarException, OpeningHours, span_of
from crm_site.calendars.public_holidays import subdivisions
from crm_site.staff.versioning import save_versioned

# (weekday, opens, closes); closing at 00:00 is midnight at the end of the day.
Hours = Iterable[tuple[int, dt.time, dt.time]]


def create_calendar(facts: Mapping[str, Any], hours: Hours = ()) -> BusinessCalendar:
    """Make a calendar with its hours; raises ValidationError."""
    values, rows = _checked(dict(facts)), _sound(hours)
    with transaction.atomic():
        made = BusinessCalendar.objects.create(**values)
        OpeningHours.objects.bulk_create(_rows(made, rows))
    return made


def change_calendar(
    calendar: BusinessCalendar, version: int, facts: Mapping[str, Any], hours: Hours | None = None
) -> None:
    """Change a calendar that was read at `version`, and its whole week where `hours` are given.

    Raises StaleVersionError and ValidationError.
    """
    values = _checked({"country": calendar.country, "subdivision": calendar.subdivision, **facts})
    rows = None if hours is None else _sound(hours)
    with transaction.atomic():
        save_versioned(calendar, version, values)
        if rows is None:
            return
        present = {(one.weekday, one.opens, one.closes): one for one in calendar.hours.select_for_update()}
        gone = [one.pk for key, one in present.items() if key not in rows]
        OpeningHours.objects.filter(pk__in=gone).delete()
        OpeningHours.objects.bulk_create(_rows(calendar, [row for row in rows if row not in present]))


def make_default(calendar: BusinessCalendar) -> None:
    """Let this calendar hold where nothing else is said, in the place of the one that did."""
    with transaction.atomic():
        # The same order for everybody, so that two who choose at once wait rather than collide.
        list(BusinessCalendar.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        BusinessCalendar.objects.default().exclude(pk=calendar.pk).update(is_default=False)
        BusinessCalendar.objects.filter(pk=calendar.pk).update(is_default=True)


def put_exception(
    calendar: BusinessCalendar, facts: Mapping[str, Any], exception: CalendarException | None = None
) -> CalendarException:
    """Add an exception to a calendar, or change one; raises ValidationError for bad hours and a day that has one."""
    one = exception or CalendarException(calendar=calendar)
    for name, value in facts.items():
        setattr(one, name, value)
    _check_exception(one)
    with transaction.atomic():
        _touch(calendar)
        one.save()
    return one


def remove_exception(exception: CalendarException) -> None:
    """Let a day be like the others again."""
    with transaction.atomic():
        _touch(exception.calendar)
        exception.delete()


def _touch(calendar: BusinessCalendar) -> None:
    """Lock the calendar and count the change, so that exceptions of one day are checked one after the other."""
    BusinessCalendar.objects.filter(pk=calendar.pk).update(version=F("version") + 1, updated_at=timezone.now())


def _check_exception(one: CalendarException) -> None:
    if (one.opens is None) != (one.closes is None):
        raise ValidationError({"closes": _("Say when it opens and when it closes, or neither.")})
    if one.opens is not None and one.closes is not None:
        opens, closes = span_of(one.opens, one.closes)
        if opens >= closes:
            raise ValidationError({"closes": _("It closes before it opens.")})
    one.full_clean(exclude=("calendar",))
    if CalendarException.objects.filter(calendar=one.calendar, date=one.date).exclude(pk=one.pk).exists():
        raise ValidationError({"date": _("This day has an exception already.")})


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with what belongs together: a part only of a country that has such parts."""
    part = values.get("subdivision", "")
    if part and part not in subdivisions(values.get("country", "")):
        raise ValidationError({"subdivision": _("The country has no such part with holidays of its own.")})
    return values


def _sound(hours: Hours) -> list[tuple[int, dt.time, dt.time]]:
    """Return the hours in order; raise ValidationError where one closes before it opens or two overlap."""
    rows = sorted(hours)
    before: tuple[int, int] = (-1, 0)
    for weekday, opens, closes in rows:
        start, end = span_of(opens, closes)
        day = Weekday(weekday).label
        if start >= end:
            raise ValidationError({"hours": _("%(day)s: it closes before it opens.") % {"day": day}})
        if before[0] == weekday and start < before[1]:
            raise ValidationError({"hours": _("%(day)s: two spans overlap.") % {"day": day}})
        before = (weekday, end)
    return rows


def _rows(calendar: BusinessCalendar, rows: Hours) -> list[OpeningHours]:
    return [
        OpeningHours(calendar=calendar, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in rows
    ]
