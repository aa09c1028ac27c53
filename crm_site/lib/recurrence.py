"""Repetition after RFC 5545: the part of it that people plan with, over local days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, Self

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday

FREQUENCIES: dict[str, Literal[0, 1, 2, 3]] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Days that every month has; a later one means the last day where a month is shorter.
SAFE_DAY = 28
MAX_INTERVAL, MAX_COUNT = 99, 999


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """How something repeats, from a first day on.

    `weekdays` (0 is Monday) count for weeks, and with `nth` (1 to 4, or -1 for the last) for months. Months without
    `nth` and years keep the day of the first date, or the last of a month that is too short for it.
    `count` or `until` (a local day, included) ends it; without them it goes on.
    """

    frequency: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0
    count: int | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            raise ValueError(f"{self.frequency!r} is no frequency")
        if not 1 <= self.interval <= MAX_INTERVAL:
            raise ValueError("the interval is out of bounds")
        if self.nth not in (-1, 0, 1, 2, 3, 4):
            raise ValueError("a month has no such week")
        if not all(0 <= day <= 6 for day in self.weekdays):
            raise ValueError("a week has seven days")
        if self.count is not None and not 1 <= self.count <= MAX_COUNT:
            raise ValueError("the count is out of bounds")
        if self.count is not None and self.until is not None:
            raise ValueError("a rule has one end")

    @property
    def text(self) -> str:
        """The rule as it is stored."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            parts.append("BYDAY=" + ",".join(f"{self.nth or ''}{DAYS[day]}" for day in self.weekdays))
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the rule that a stored text says; raise ValueError for anything else."""
        parts = dict(part.partition("=")[::2] for part in text.split(";"))
        days = [word for word in parts.pop("BYDAY", "").split(",") if word]
        nths = {word[:-2] for word in days}
        made = cls(
            frequency=parts.pop("FREQ", ""),
            interval=int(parts.pop("INTERVAL", "1")),
            weekdays=tuple(DAYS.index(word[-2:]) for word in days),
            nth=int(next(iter(nths)) or 0) if len(nths) == 1 else 0,
            count=int(parts.pop("COUNT")) if "COUNT" in parts else None,
            until=dt.date.fromisoformat(parts.pop("UNTIL")[:8]) if "UNTIL" in parts else None,
        )
        if parts or len(nths) > 1:
            raise ValueError(f"{text!r} says more than is understood")
        return made

    def days(self, first: dt.date) -> Iterator[dt.date]:
        """Yield the days of the rule in order, from `first` on."""
        start = dt.datetime.combine(first, dt.time.min)
        until = None if self.until is None else dt.datetime.combine(self.until, dt.time.min)
        by_day: list[weekday] | None = [weekday(day, self.nth or None) for day in self.weekdays] or None
        month_day: tuple[int, ...] | None = None
        if self.frequency in ("MONTHLY", "YEARLY") and not self.nth:
            by_day = None
            month_day = tuple(range(SAFE_DAY, first.day + 1)) if first.day > SAFE_DAY else (first.day,)
        rule = rrule(
            FREQUENCIES[self.frequency],
            dtstart=start,
            interval=self.interval,
            count=self.count,
            until=until,
            byweekday=by_day,
            bymonth=first.month if self.frequency == "YEARLY" else None,
            bymonthday=month_day,
            bysetpos=-1 if month_day and len(month_day) > 1 else None,
        )
        for found in rule:
            yield found.date()

    def first(self, day: dt.date) -> dt.date | None:
        """Return the first day of the rule on or after `day`."""
        return next(self.days(day), None)

    def occurrence(self, first: dt.date, number: int) -> dt.date | None:
        """Return the day of an occurrence, counted from 1 at `first`; None after the end."""
        return next(islice(self.days(first), number - 1, None), None)

    def without(self, passed: int) -> Self:
        """Return the rule for what is left after so many occurrences."""
        return self if self.count is None else replace(self, count=max(1, self.count - passed))

    def moved(self, former: dt.date, day: dt.date) -> Self:
        """Return the rule after one of its days was put to another: its weekdays move along."""
        if not self.weekdays or former == day:
            return self
        if self.nth:
            return replace(self, weekdays=(day.weekday(),), nth=week_of_month(day))
        step = day.weekday() - former.weekday()
        return replace(self, weekdays=tuple(sorted((one + step) % 7 for one in self.weekdays)))


def week_of_month(day: dt.date) -> int:
    """Return which of its weekdays a day is in its month, 1 to 4; a fifth is the last, -1."""
    number = (day.day + 6) // 7
    return number if number < 5 else -1
