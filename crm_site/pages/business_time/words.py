"""Opening hours in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from babel import Locale
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from crm_site.calendars.models import BusinessCalendar
from crm_site.calendars.public_holidays import holidays_of


@dataclass(frozen=True)
class HolidayYear:
    """One year of a country's holidays as the page shows it."""

    year: int
    off: Sequence[tuple[dt.date, str]]
    worked: Sequence[dt.date]


def clock(value: dt.time) -> str:
    """Return a time of day; midnight at the end of a day is 24:00."""
    return f"{value:%H:%M}"


def span_words(opens: dt.time, closes: dt.time) -> str:
    """Return an open span."""
    return f"{clock(opens)}–{clock(closes) if closes != dt.time() else '24:00'}"


def hours_words(calendar: BusinessCalendar) -> str:
    """Return the week in words, neighbouring days with the same hours together."""
    if calendar.is_always_open:
        return _("day and night")
    days: list[tuple[str, int]] = []
    hours = list(calendar.hours.all())
    for weekday in range(7):
        spans = ", ".join(span_words(one.opens, one.closes) for one in hours if one.weekday == weekday)
        days.append((spans, weekday))
    found = [_run(spans, [day for _spans, day in run]) for spans, run in groupby(days, lambda pair: pair[0]) if spans]
    return "; ".join(found) if found else _("no hours yet")


def _run(spans: str, days: Sequence[int]) -> str:
    first, last = str(WEEKDAYS_ABBR[days[0]]), str(WEEKDAYS_ABBR[days[-1]])
    return f"{first if len(days) == 1 else f'{first}–{last}'} {spans}"


def country_words(calendar: BusinessCalendar) -> str:
    """Return the country whose holidays the calendar keeps, in the active language; empty for none."""
    if not calendar.country or calendar.is_always_open:
        return ""
    named = Locale.parse(to_locale(get_language() or "en")).territories.get(calendar.country, calendar.country)
    return f"{named} ({calendar.subdivision})" if calendar.subdivision else str(named)


def holiday_years(calendar: BusinessCalendar, years: Iterable[int]) -> list[HolidayYear]:
    """Return the holidays that the calendar keeps in these years; nothing where it keeps none."""
    if not calendar.country or calendar.is_always_open:
        return []
    found = []
    for year in years:
        one = holidays_of(calendar.country, calendar.subdivision, year, get_language() or "")
        found.append(HolidayYear(year, one.off, sorted(one.worked)))
    return found
