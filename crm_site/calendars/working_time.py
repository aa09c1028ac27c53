"""The arithmetic of business time: pure, exact over every change of the clocks, and quick over long spans.

An instant is open when the clocks of the calendar's zone then show an open time of that day; business time is the real
time that passes while that is so. Of a time that the clocks show twice both passings count, of a skipped one none.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from crm_site.calendars.public_holidays import holidays_of

DAY = 86_400
# Seconds after midnight, as the clocks show them: (opens, closes), and closing at DAY is midnight.
Span = tuple[int, int]
Spans = tuple[Span, ...]
WHOLE_DAY: Spans = ((0, DAY),)

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SECOND = 1_000_000
# Clocks change by less; a transition that matters to a day lies within its ends and this.
MARGIN = 3 * 3600
# A calendar that is closed for so many years on end never opens.
EMPTY_YEARS = 8
LAST_YEAR = 9_990


class NeverOpensError(ValueError):
    """The calendar is closed for years on end, so there is no such moment."""


@dataclass(frozen=True)
class _Year:
    """The open intervals of one local year in microseconds since 1970, in order, and the open time before each."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def elapsed(self, instant: int) -> int:
        """Return the open time of this year that has passed at an instant."""
        at = bisect_right(self.starts, instant) - 1
        if at < 0:
            return 0
        return self.before[at] + min(instant, self.ends[at]) - self.starts[at]

    def reach(self, passed: int) -> int:
        """Return the earliest instant at which so much of this year's open time has passed; it is at most the total."""
        at = bisect_left(self.before, passed) - 1
        return self.starts[at] + passed - self.before[at]


@dataclass(frozen=True)
class WorkingTime:
    """A calendar as a value: build it once (`crm_site.calendars.reading` does) and ask it as often as you like.

    `week` holds the open spans of Monday to Sunday, `special` those of single days, which win over everything else.
    `country` with `subdivision` closes public holidays and opens the weekend days that are worked instead, by the hours
    of the first open day of the week.
    """

    zone: str
    week: tuple[Spans, ...]
    special: tuple[tuple[dt.date, Spans], ...] = ()
    country: str = ""
    subdivision: str = ""
    _years: dict[int, _Year] = field(default_factory=dict, compare=False, repr=False)

    def business_seconds(self, start: dt.datetime, end: dt.datetime) -> float:
        """Return the open seconds from `start` to `end`; negative where `end` is the earlier one."""
        if end < start:
            return -self.business_seconds(end, start)
        first, last = self._instant(start), self._instant(end)
        years = range(self._local(start).year, self._local(end).year + 1)
        passed = sum(self._year(year).elapsed(last) for year in years)
        return (passed - self._year(years[0]).elapsed(first)) / SECOND

    def add_business_time(self, start: dt.datetime, duration: dt.timedelta) -> dt.datetime:
        """Return the earliest moment, in UTC, at which `duration` of open time has passed since `start`.

        Raises NeverOpensError where there is none.
        """
        wanted = duration // MICROSECOND
        if wanted < 0:
            raise ValueError("business time cannot be added backwards")
        if not wanted:
            return start.astimezone(dt.UTC)
        year = self._local(start).year
        wanted += self._year(year).elapsed(self._instant(start))
        empty = 0
        while wanted > self._year(year).total:
            wanted -= self._year(year).total
            empty = 0 if self._year(year).total else empty + 1
            year += 1
            if empty >= EMPTY_YEARS or year > LAST_YEAR:
                raise NeverOpensError(self.zone)
        return _moment(self._year(year).reach(wanted))

    def is_open(self, at: dt.datetime) -> bool:
        """Tell whether the calendar is open at a moment."""
        instant, found = self._instant(at), self._year(self._local(at).year)
        index = bisect_right(found.starts, instant) - 1
        return index >= 0 and instant < found.ends[index]

    def next_opening(self, at: dt.datetime) -> dt.datetime:
        """Return the first open moment at or after `at`, in UTC; raise NeverOpensError where there is none."""
        if self.is_open(at):
            return at.astimezone(dt.UTC)
        instant, first = self._instant(at), self._local(at).year
        for year in range(first, min(first + EMPTY_YEARS, LAST_YEAR) + 1):
            starts = self._year(year).starts
            index = bisect_right(starts, instant)
            if index < len(starts):
                return _moment(starts[index])
        raise NeverOpensError(self.zone)

    def spans_on(self, day: dt.date) -> Spans:
        """Return the open spans of a local day."""
        for one, spans in self.special:
            if one == day:
                return spans
        return self._usual(day)

    def _usual(self, day: dt.date) -> Spans:
        """Return the spans of a day without an exception of its own."""
        found = holidays_of(self.country, self.subdivision, day.year)
        usual = self.week[day.weekday()]
        if day in found.worked:
            return usual or next((spans for spans in self.week if spans), ())
        return () if day in found.days_off else usual

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._made(year)
        return found

    def _made(self, year: int) -> _Year:
        special = {day: spans for day, spans in self.special if day.year == year}
        zone, pieces = _zone(self.zone), []
        day, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
        while True:
            spans = special[day] if day in special else self._usual(day)
            if spans:
                pieces.extend(_real(day, spans, zone))
            if day == last:
                break
            day += dt.timedelta(days=1)
        return _joined(pieces)

    def _local(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(_zone(self.zone))

    def _instant(self, moment: dt.datetime) -> int:
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone is no moment")
        return (moment - EPOCH) // MICROSECOND


@lru_cache(maxsize=256)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)


def _moment(instant: int) -> dt.datetime:
    return EPOCH + instant * MICROSECOND


def _joined(pieces: list[Span]) -> _Year:
    """Return the pieces in order, those that touch or overlap joined."""
    joined: list[list[int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    lengths = [end - start for start, end in joined]
    before = tuple(accumulate(lengths, initial=0))
    return _Year(tuple(one[0] for one in joined), tuple(one[1] for one in joined), before[:-1], before[-1])


def _real(day: dt.date, spans: Spans, zone: zoneinfo.ZoneInfo) -> list[Span]:
    """Return the real intervals, in microseconds since 1970, in which the clocks show the spans of a day."""
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    shown = (midnight - EPOCH) // dt.timedelta(seconds=1)
    guess = shown - _offset(midnight.replace(tzinfo=zone).astimezone(dt.UTC), zone)
    low, high = guess - MARGIN, guess + DAY + MARGIN
    early, late = _offset_at(low, zone), _offset_at(high, zone)
    found: list[Span] = []
    if early == late:
        found = [(shown - early + opens, shown - early + closes) for opens, closes in spans]
    else:
        change = _change_between(low, high, zone)
        for opens, closes in spans:
            found.append((shown - early + opens, min(shown - early + closes, change)))
            found.append((max(shown - late + opens, change), shown - late + closes))
    return [(start * SECOND, end * SECOND) for start, end in found if start < end]


def _change_between(low: int, high: int, zone: zoneinfo.ZoneInfo) -> int:
    """Return the second at which the clocks change, of two ends with different offsets."""
    early = _offset_at(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(middle, zone) == early:
            low = middle
        else:
            high = middle
    return high


def _offset_at(second: int, zone: zoneinfo.ZoneInfo) -> int:
    return _offset(EPOCH + dt.timedelta(seconds=second), zone)


def _offset(moment: dt.datetime, zone: zoneinfo.ZoneInfo) -> int:
    """Return by how many seconds the clocks of a zone are ahead of UTC at a moment."""
    ahead = moment.astimezone(zone).utcoffset()
    return ahead // dt.timedelta(seconds=1) if ahead is not None else 0
