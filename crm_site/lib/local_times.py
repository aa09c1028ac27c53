"""Local planning and moments: what the clock on the wall says, in a zone, as a moment in UTC."""

from __future__ import annotations

import datetime as dt
import zoneinfo


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of that name; UTC where there is none, since zones get renamed."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def moment_of(day: dt.date, clock: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return the moment in UTC at which the clocks of a zone show a time.

    A time that the clocks skip moves forward by what they skip; of a time that they show twice it is the first.
    Both follow from `fold=0`: in a gap the offset from before it counts, and in an overlap the earlier moment.
    """
    local = dt.datetime.combine(day, clock.replace(fold=0, tzinfo=None), zone)
    return local.astimezone(dt.UTC)


def beginning_of(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return the moment in UTC at which a day begins in a zone."""
    return moment_of(day, dt.time.min, zone)
