"""The arithmetic of business time: the reference's vectors, and every change of the clocks against a slow oracle."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_site.calendars.public_holidays import holidays_of
from crm_site.calendars.working_time import DAY, WHOLE_DAY, NeverOpensError, Spans, WorkingTime

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
OFFICE: tuple[Spans, ...] = ((((9 * 3600, 17 * 3600),),) * 5) + ((), ())
ALWAYS: tuple[Spans, ...] = (WHOLE_DAY,) * 7
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
ZONES = (BERLIN, NEW_YORK, "Australia/Lord_Howe", "America/Santiago", "Asia/Shanghai")


def at(zone: str, *clock: int) -> dt.datetime:
    """Return a local moment."""
    return dt.datetime(*clock, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # year, month, day, hour, minute


def hours(calendar: WorkingTime, start: dt.datetime, end: dt.datetime) -> float:
    """Return the business hours between two moments."""
    return calendar.business_seconds(start, end) / 3600


@pytest.mark.parametrize(
    ("zone", "week", "start", "end", "answer"),
    [
        (BERLIN, OFFICE, (2026, 3, 27, 16), (2026, 3, 30, 10), 2),
        (BERLIN, ALWAYS, (2026, 3, 28, 12), (2026, 3, 29, 12), 23),
        (NEW_YORK, ALWAYS, (2026, 11, 1, 0), (2026, 11, 1, 4), 5),
    ],
)
def test_waiting_times_of_the_reference(
    zone: str, week: tuple[Spans, ...], start: tuple[int, ...], end: tuple[int, ...], answer: float
) -> None:
    assert hours(WorkingTime(zone, week), at(zone, *start), at(zone, *end)) == answer


@pytest.mark.parametrize(
    ("country", "start", "target", "due"),
    [
        ("", (2026, 12, 18, 15, 30), 8, (2026, 12, 21, 15, 30)),
        ("DE", (2026, 12, 24, 16), 4, (2026, 12, 28, 12)),
    ],
)
def test_targets_of_the_reference(country: str, start: tuple[int, ...], target: int, due: tuple[int, ...]) -> None:
    calendar = WorkingTime(BERLIN, OFFICE, country=country)
    assert calendar.add_business_time(at(BERLIN, *start), target * HOUR) == at(BERLIN, *due)


def test_holidays_can_be_exceptions_as_well() -> None:
    closed = ((dt.date(2026, 12, 25), ()), (dt.date(2026, 12, 26), ()))
    calendar = WorkingTime(BERLIN, OFFICE, special=closed)
    assert calendar.add_business_time(at(BERLIN, 2026, 12, 24, 16), 4 * HOUR) == at(BERLIN, 2026, 12, 28, 12)


def test_a_skipped_hour_is_no_business_time_and_a_repeated_one_counts_twice() -> None:
    night: tuple[Spans, ...] = (((7200, 10800),),) * 7  # 2:00 to 3:00
    calendar = WorkingTime(BERLIN, night)
    assert hours(calendar, at(BERLIN, 2026, 3, 29), at(BERLIN, 2026, 3, 30)) == 0
    assert hours(calendar, at(BERLIN, 2026, 10, 25), at(BERLIN, 2026, 10, 26)) == 2
    # Closed in between, though the clocks go back: 2:30 to 3:00 is shown twice, the half hour before 2:30 is not open.
    late = WorkingTime(BERLIN, (((9000, 10800),),) * 7)
    assert hours(late, at(BERLIN, 2026, 10, 25), at(BERLIN, 2026, 10, 26)) == 1


def test_the_working_weekends_of_china_in_2026_are_worked_and_their_days_off_are_not() -> None:
    calendar = WorkingTime("Asia/Shanghai", OFFICE, country="CN")
    noon = {day: calendar.is_open(at("Asia/Shanghai", 2026, *day, 12)) for day in DAYS_2026}
    assert noon == DAYS_2026
    # 365 days with 52 × 2 weekend days, of which 6 are worked, and 19 weekdays off.
    assert hours(calendar, at("Asia/Shanghai", 2026, 1, 1), at("Asia/Shanghai", 2027, 1, 1)) == 8 * (261 + 6 - 19)


# The State Council's arrangement for 2026: month, day → whether offices are open.
DAYS_2026 = {
    (1, 1): False, (1, 2): False, (1, 3): False, (1, 4): True,
    (2, 14): True, (2, 15): False, (2, 16): False, (2, 20): False, (2, 23): False, (2, 24): True, (2, 28): True,
    (4, 6): False, (5, 1): False, (5, 4): False, (5, 5): False, (5, 9): True,
    (6, 19): False, (9, 20): True, (9, 25): False, (10, 1): False, (10, 7): False, (10, 8): True, (10, 10): True,
}  # fmt: skip


def test_exceptions_say_the_same_where_a_year_is_not_announced_yet() -> None:
    worked, off = ((9 * 3600, 17 * 3600),), ()
    special = ((dt.date(2031, 1, 25), worked), (dt.date(2031, 1, 24), off))
    calendar = WorkingTime("Asia/Shanghai", OFFICE, special=special, country="CN")
    assert calendar.is_open(at("Asia/Shanghai", 2031, 1, 25, 10))
    assert not calendar.is_open(at("Asia/Shanghai", 2031, 1, 24, 10))


def test_the_year_2026_of_china_can_be_said_by_exceptions_alone() -> None:
    known = holidays_of("CN", "", 2026)
    special = [(day, ()) for day in known.days_off] + [(day, OFFICE[0]) for day in known.worked]
    said = WorkingTime("Asia/Shanghai", OFFICE, special=tuple(sorted(special)))
    told = WorkingTime("Asia/Shanghai", OFFICE, country="CN")
    day = dt.date(2026, 1, 1)
    while day.year == 2026:
        assert said.spans_on(day) == told.spans_on(day), day
        day += dt.timedelta(days=1)
    assert {(day.month, day.day) for day in known.worked} == {(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)}


def test_an_exception_wins_over_a_holiday() -> None:
    calendar = WorkingTime(BERLIN, OFFICE, special=((dt.date(2026, 12, 25), ((36_000, 43_200),)),), country="DE")
    assert hours(calendar, at(BERLIN, 2026, 12, 25), at(BERLIN, 2026, 12, 26)) == 2


def test_openings_and_closings_are_half_open() -> None:
    calendar = WorkingTime(BERLIN, OFFICE)
    assert calendar.is_open(at(BERLIN, 2026, 3, 27, 9))
    assert not calendar.is_open(at(BERLIN, 2026, 3, 27, 17))
    assert calendar.next_opening(at(BERLIN, 2026, 3, 27, 9)) == at(BERLIN, 2026, 3, 27, 9)
    assert calendar.next_opening(at(BERLIN, 2026, 3, 27, 17)) == at(BERLIN, 2026, 3, 30, 9)
    # A target that ends with the day is due then, not the next morning.
    assert calendar.add_business_time(at(BERLIN, 2026, 3, 27, 15), 2 * HOUR) == at(BERLIN, 2026, 3, 27, 17)
    assert calendar.add_business_time(at(BERLIN, 2026, 3, 28, 15), 0 * HOUR) == at(BERLIN, 2026, 3, 28, 15)


def test_time_runs_backwards_as_it_runs_forwards() -> None:
    calendar = WorkingTime(BERLIN, OFFICE)
    assert hours(calendar, at(BERLIN, 2026, 3, 30, 10), at(BERLIN, 2026, 3, 27, 16)) == -2
    with pytest.raises(ValueError, match="backwards"):
        calendar.add_business_time(at(BERLIN, 2026, 3, 30, 10), -HOUR)
    with pytest.raises(ValueError, match="without a zone"):
        calendar.is_open(at(BERLIN, 2026, 1, 1).replace(tzinfo=None))


@pytest.mark.parametrize("week", [((),) * 7, (((0, 0),),) * 7])
def test_a_calendar_that_never_opens_says_so_soon(week: tuple[Spans, ...]) -> None:
    calendar, start = WorkingTime(BERLIN, week), at(BERLIN, 2026, 1, 1)
    began = time.perf_counter()
    assert calendar.business_seconds(start, at(BERLIN, 2036, 1, 1)) == 0
    with pytest.raises(NeverOpensError):
        calendar.next_opening(start)
    with pytest.raises(NeverOpensError):
        calendar.add_business_time(start, MINUTE)
    assert time.perf_counter() - began < 2


def test_a_calendar_that_closes_for_good_ends() -> None:
    calendar = WorkingTime(BERLIN, ((),) * 7, special=((dt.date(2026, 5, 4), WHOLE_DAY),))
    assert calendar.add_business_time(at(BERLIN, 2026, 1, 1), 24 * HOUR) == at(BERLIN, 2026, 5, 5)
    with pytest.raises(NeverOpensError):
        calendar.add_business_time(at(BERLIN, 2026, 1, 1), 25 * HOUR)


def test_forty_years_are_counted_at_once_and_quicker_the_second_time() -> None:
    calendar = WorkingTime(BERLIN, OFFICE)
    start, end = at(BERLIN, 1990, 1, 1), at(BERLIN, 2030, 1, 1)
    # 40 years with 10 leap days: 14,610 days from a Monday to a Monday.
    assert hours(calendar, start, end) == (14_610 // 7 * 5 + 1) * 8
    began = time.perf_counter()
    hours(calendar, start, end)
    assert time.perf_counter() - began < 0.01


# --- against an oracle that walks minute by minute ----------------------------------------------------------------


def changes(zone: str) -> list[dt.datetime]:
    """Return the moments from 2024 to 2030 at which the clocks of a zone change."""
    moment, last = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    found, local = [], ZoneInfo(zone)
    while moment < last:
        later = moment + dt.timedelta(hours=1)
        if moment.astimezone(local).utcoffset() != later.astimezone(local).utcoffset():
            found.append(later)
        moment = later
    return found


def oracle(calendar: WorkingTime, start: dt.datetime, end: dt.datetime) -> int:
    """Count the minutes whose beginning the clocks show within an open span of their day."""
    zone, found, moment = ZoneInfo(calendar.zone), 0, start
    while moment < end:
        local = moment.astimezone(zone)
        second = local.hour * 3600 + local.minute * 60
        found += any(opens <= second < closes for opens, closes in calendar.spans_on(local.date()))
        moment += MINUTE
    return found


CHANGES = [(zone, change) for zone in ZONES for change in changes(zone)]
# Where the clocks never change, midnights of a holiday and a working weekend take the place.
CHANGES += [("Asia/Shanghai", dt.datetime(2026, 2, day, 16, tzinfo=dt.UTC)) for day in (13, 14, 16, 27)]


def test_the_zones_change_their_clocks_as_often_as_expected() -> None:
    assert {zone: len(changes(zone)) for zone in ZONES} == {
        BERLIN: 14, NEW_YORK: 14, "Australia/Lord_Howe": 14, "America/Santiago": 14, "Asia/Shanghai": 0,
    }  # fmt: skip


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Spans, ...]:
    """Return a week of up to three spans a day, at whole minutes."""
    found = []
    for _day in range(7):
        ends = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        found.append(tuple((a * 60, b * 60) for a, b in zip(ends[::2], ends[1::2], strict=False)))
    return tuple(found)


around = st.integers(-2 * 1440, 2 * 1440)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@settings(max_examples=6, deadline=None)
@given(week=weeks(), first=around, length=st.integers(0, 2 * 1440))
def test_it_agrees_with_the_oracle_around_every_change(
    zone: str, change: dt.datetime, week: tuple[Spans, ...], first: int, length: int
) -> None:
    calendar = WorkingTime(zone, week, country="CN" if zone == "Asia/Shanghai" else "")
    start = change + first * MINUTE
    end = start + length * MINUTE
    assert calendar.business_seconds(start, end) == oracle(calendar, start, end) * 60


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@settings(max_examples=10, deadline=None)
@given(week=weeks(), points=st.tuples(around, around, around), wanted=st.integers(1, 5 * 86_400_000_000))
def test_parts_add_up_and_adding_is_the_inverse(
    zone: str, change: dt.datetime, week: tuple[Spans, ...], points: tuple[int, int, int], wanted: int
) -> None:
    calendar = WorkingTime(zone, week)
    one, two, three = (change + minutes * MINUTE for minutes in points)
    whole = calendar.business_seconds(one, three)
    assert whole == calendar.business_seconds(one, two) + calendar.business_seconds(two, three)
    duration = dt.timedelta(microseconds=wanted)
    if not any(week):
        with pytest.raises(NeverOpensError):
            calendar.add_business_time(one, duration)
        return
    due = calendar.add_business_time(one, duration)
    assert calendar.business_seconds(one, due) == pytest.approx(duration.total_seconds(), abs=1e-6)
    # The earliest such moment: a microsecond before it was open, and something was missing.
    before = due - dt.timedelta(microseconds=1)
    assert calendar.is_open(before)
    assert calendar.business_seconds(one, before) < calendar.business_seconds(one, due)
    opening = calendar.next_opening(one)
    assert opening >= one
    assert calendar.is_open(opening)
    assert calendar.business_seconds(one, opening) == 0


def test_a_whole_day_of_an_always_open_calendar_is_as_long_as_the_day() -> None:
    for zone, change in CHANGES:
        calendar, local = WorkingTime(zone, ALWAYS), change.astimezone(ZoneInfo(zone)).date()
        start = dt.datetime.combine(local, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
        end = dt.datetime.combine(local + dt.timedelta(days=1), dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
        assert calendar.business_seconds(start, end) == (end - start).total_seconds()
    assert DAY == 24 * 3600
