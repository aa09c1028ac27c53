"""From what people plan, a local day and time, to the moments that are stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from crm_site.lib.local_times import beginning_of, moment_of, zone_of
from customers.choices import TaskKind

# Reminders of a task of a whole day count from this time of it.
WHOLE_DAY_BEGINS = dt.time(9)
A_DAY = 24 * 60
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """When something is planned: a day, a time or None for the whole day, and the zone in which both count.

    `instant` is given where the exact moment is known already, as from a program: of an hour that the clocks show
    twice it may be the second.
    """

    day: dt.date
    clock: dt.time | None
    zone: str
    kind: str = TaskKind.TASK
    duration: int = 30
    remind_minutes: int | None = None
    instant: dt.datetime | None = None

    @property
    def due_at(self) -> dt.datetime:
        """The moment it begins; local midnight for a whole day."""
        if self.instant is not None and self.clock is not None:
            return self.instant
        return moment_of(self.day, self.clock or dt.time.min, zone_of(self.zone))

    @property
    def overdue_at(self) -> dt.datetime:
        """The moment from which it is late."""
        if self.clock is None:
            return beginning_of(self.day + DAY, zone_of(self.zone))
        length = self.duration if self.kind == TaskKind.MEETING else 0
        return self.due_at + dt.timedelta(minutes=length)

    @property
    def remind_at(self) -> dt.datetime | None:
        """The moment of the reminder: so many days before at the same local time, or so many minutes before."""
        if self.remind_minutes is None:
            return None
        zone = zone_of(self.zone)
        if self.remind_minutes and self.remind_minutes % A_DAY == 0:
            day = self.day - dt.timedelta(days=self.remind_minutes // A_DAY)
            return moment_of(day, self.clock or WHOLE_DAY_BEGINS, zone)
        begins = self.due_at if self.clock is not None else moment_of(self.day, WHOLE_DAY_BEGINS, zone)
        return begins - dt.timedelta(minutes=self.remind_minutes)

    def columns(self, now: dt.datetime) -> dict[str, Any]:
        """Return the columns of a task; nobody is reminded of what was due before it was planned."""
        remind_at = self.remind_at if self.overdue_at > now else None
        return {
            "due_date": self.day,
            "all_day": self.clock is None,
            "zone": self.zone,
            "due_at": self.due_at,
            "overdue_at": self.overdue_at,
            "remind_at": remind_at,
            "reminded_at": None,
        }
