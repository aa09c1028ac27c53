"""Days and periods of conditions, counted in the organisation's zone, so that a rule means the same to everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.lib.days import beginning, organisation_day

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
LONGEST_SPAN = 36_500

Half = tuple[dt.date, dt.date]  # from the first day until before the second


def _month(day: dt.date, steps: int) -> dt.date:
    at = day.year * 12 + day.month - 1 + steps
    return dt.date(at // 12, at % 12 + 1, 1)


def _weeks(steps: int) -> Callable[[dt.date], Half]:
    def period(today: dt.date) -> Half:
        monday = today - dt.timedelta(days=today.weekday() - 7 * steps)
        return monday, monday + dt.timedelta(days=7)

    return period


def _months(steps: int, length: int = 1) -> Callable[[dt.date], Half]:
    def period(today: dt.date) -> Half:
        first = _month(today, -((today.month - 1) % length) + steps * length)
        return first, _month(first, length)

    return period


def _days(steps: int) -> Callable[[dt.date], Half]:
    def period(today: dt.date) -> Half:
        return today + dt.timedelta(days=steps), today + dt.timedelta(days=steps + 1)

    return period


PERIODS: dict[str, tuple[StrOrPromise, Callable[[dt.date], Half]]] = {
    "today": (_("today"), _days(0)),
    "yesterday": (_("yesterday"), _days(-1)),
    "this_week": (_("this week"), _weeks(0)),
    "last_week": (_("last week"), _weeks(-1)),
    "this_month": (_("this month"), _months(0)),
    "last_month": (_("last month"), _months(-1)),
    "next_month": (_("next month"), _months(1)),
    "this_quarter": (_("this quarter"), _months(0, 3)),
    "last_quarter": (_("last quarter"), _months(-1, 3)),
    "this_year": (_("this year"), _months(0, 12)),
    "last_year": (_("last year"), _months(-1, 12)),
}


@dataclass(frozen=True)
class Clock:
    """The moment a rule is asked at, and the organisation's day of it."""

    now: dt.datetime
    today: dt.date

    @classmethod
    def at(cls, now: dt.datetime | None = None) -> Clock:
        """Return the clock of that moment; of the present one by default."""
        moment = now or timezone.now()
        return cls(moment, organisation_day(moment))

    def ago(self, days: int, *, moments: bool) -> dt.date | dt.datetime:
        """Return the day, or the moment, so many days ago; never before any that can be stored."""
        if days >= (self.today - EARLIEST).days:
            return beginning(EARLIEST) if moments else EARLIEST
        return (self.now if moments else self.today) - dt.timedelta(days=days)

    def ahead(self, days: int, *, moments: bool) -> dt.date | dt.datetime:
        """Return the day, or the moment, in so many days; never after any that can be stored."""
        if days >= (LATEST - self.today).days:
            return beginning(LATEST) if moments else LATEST
        return (self.now if moments else self.today) + dt.timedelta(days=days)

    def begins(self, day: dt.date, *, moments: bool) -> dt.date | dt.datetime:
        """Return the day itself, or the moment at which it begins for the organisation."""
        return beginning(day) if moments else day
