"""Calendars as values: what the database says, built once and kept while it says the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db import models

from crm_site.calendars.choices import ExceptionKind
from crm_site.calendars.models import BusinessCalendar, span_of
from crm_site.calendars.starting import seed_calendar
from crm_site.calendars.working_time import WHOLE_DAY, Spans, WorkingTime

DAYS_OF_WEEK = 7


def default_calendar() -> BusinessCalendar:
    """Return the calendar that holds where nothing else is said; there always is one."""
    found = BusinessCalendar.objects.default().first()
    return found if found is not None else seed_calendar(BusinessCalendar)


def working_time_of(calendar: BusinessCalendar) -> WorkingTime:
    """Return the calendar's arithmetic."""
    return working_times([calendar])[calendar.pk]


def default_working_time() -> WorkingTime:
    """Return the arithmetic of the default calendar."""
    return working_time_of(default_calendar())


def working_times(calendars: Iterable[BusinessCalendar]) -> dict[int, WorkingTime]:
    """Return the arithmetic of several calendars by key: two queries for any number of them."""
    found = list(calendars)
    models.prefetch_related_objects(found, "hours", "exceptions")
    return {one.pk: _kept(_built(one)) for one in found}


@lru_cache(maxsize=128)
def _kept(built: WorkingTime) -> WorkingTime:
    """Return the first value that says the same: it knows its years already."""
    return built


def _built(calendar: BusinessCalendar) -> WorkingTime:
    week = _week(calendar)
    first = next((spans for spans in week if spans), ())
    special = []
    for one in calendar.exceptions.all():
        spans: Spans = ()
        if one.kind == ExceptionKind.OPEN:
            # Midnight is a time too: only a missing one means the usual hours.
            opens, closes = one.opens, one.closes
            spans = first if opens is None or closes is None else (span_of(opens, closes),)
        special.append((one.date, spans))
    return WorkingTime(
        zone=calendar.time_zone,
        week=week,
        special=tuple(sorted(special)),
        country="" if calendar.is_always_open else calendar.country,
        subdivision="" if calendar.is_always_open else calendar.subdivision,
    )


def _week(calendar: BusinessCalendar) -> tuple[Spans, ...]:
    if calendar.is_always_open:
        return (WHOLE_DAY,) * DAYS_OF_WEEK
    hours = list(calendar.hours.all())
    return tuple(tuple(sorted(one.span for one in hours if one.weekday == day)) for day in range(DAYS_OF_WEEK))
