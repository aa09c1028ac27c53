"""Periods of days in the organisation's time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.db.models import QuerySet

from crm_site.lib.days import beginning

DAY = dt.timedelta(days=1)
EARLIEST, LATEST = dt.date(1, 1, 1), dt.date(9999, 12, 31)
Step = Literal["day", "week", "month"]
_Q = TypeVar("_Q", bound=QuerySet[Any])


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later or earlier, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    first = dt.date(index // 12, index % 12 + 1, 1)
    following = dt.date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(first.replace(day=1) + (day.day - 1) * DAY, following - DAY)


@dataclass(frozen=True)
class Period:
    """Days from `start` up to, not including, `end`; None leaves an end open."""

    start: dt.date | None = None
    end: dt.date | None = None

    @property
    def bounds(self) -> tuple[dt.date, dt.date]:
        """Return both ends, open ones as the ends of time."""
        return self.start or EARLIEST, self.end or LATEST

    @property
    def days(self) -> int:
        """Return the number of days between both ends."""
        first, after = self.bounds
        return (after - first).days

    @property
    def shown(self) -> tuple[dt.date | None, dt.date | None]:
        """Return first and last day, both included, as lists take them."""
        return self.start, self.end - DAY if self.end else None

    def moved(self, *, months: int = 0, days: int = 0) -> Period:
        """Return the period some months or days later; open ends stay open."""
        ends = (end and months_later(end, months) + days * DAY for end in (self.start, self.end))
        return Period(*ends)

    def cut(self, step: Step) -> list[Period]:
        """Return the days, weeks (from Monday) or months of a closed period; its ends may cut the outer ones."""
        first, after = self.bounds
        parts, at = [], first
        while at < after:
            following = min(_next(at, step), after)
            parts.append(Period(at, following))
            at = following
        return parts


def within(rows: _Q, moment: str, period: Period) -> _Q:
    """Keep the records dated within a period of the organisation's days."""
    if period.start:
        rows = rows.filter(**{f"{moment}__gte": beginning(period.start)})
    if period.end:
        rows = rows.filter(**{f"{moment}__lt": beginning(period.end)})
    return rows


def _next(day: dt.date, step: Step) -> dt.date:
    if step == "day":
        return day + DAY
    if step == "week":
        return day + (7 - day.weekday()) * DAY
    return months_later(day.replace(day=1), 1)
