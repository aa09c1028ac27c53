"""Repetition: the days that a rule has, and what its stored text says."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_site.lib.recurrence import FREQUENCIES, Recurrence, week_of_month

FIRST = dt.date(2026, 1, 31)  # a Saturday


def days(rule: Recurrence, first: dt.date, most: int = 5) -> list[str]:
    """Return the first days of a rule."""
    return [day.isoformat() for day in islice(rule.days(first), most)]


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", FIRST, ["2026-01-31", "2026-02-02", "2026-02-04"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260211", FIRST, ["2026-02-02", "2026-02-04", "2026-02-09", "2026-02-11"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", FIRST, ["2026-01-31", "2026-02-14"]),
        ("FREQ=MONTHLY;COUNT=4", FIRST, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;COUNT=3", dt.date(2026, 1, 15), ["2026-01-15", "2026-02-15", "2026-03-15"]),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", FIRST, ["2026-02-10", "2026-03-10", "2026-04-14"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", FIRST, ["2026-02-27", "2026-03-27"]),
        ("FREQ=YEARLY;COUNT=3", dt.date(2024, 2, 29), ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ("FREQ=YEARLY;INTERVAL=2;COUNT=2", dt.date(2026, 3, 5), ["2026-03-05", "2028-03-05"]),
    ],
)
def test_a_rule_has_these_days(rule: str, first: dt.date, expected: list[str]) -> None:
    read = Recurrence.read(rule)
    assert days(read, first) == expected
    assert [str(read.occurrence(first, at)) for at in range(1, len(expected) + 1)] == expected
    assert read.occurrence(first, len(expected) + 1) is None
    assert read.text == rule


def test_a_rule_without_an_end_goes_on_for_years() -> None:
    assert Recurrence(frequency="DAILY").occurrence(dt.date(2026, 1, 1), 3653) == dt.date(2036, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;BYDAY=1MO,2TU",
        "COUNT=2",
        "FREQ=DAILY;COUNT=2;UNTIL=20260101",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Recurrence.read(text)


def test_what_is_left_of_a_counted_rule() -> None:
    assert Recurrence(frequency="DAILY", count=10).without(3).count == 7
    assert Recurrence(frequency="DAILY").without(3).count is None


def test_a_moved_rule_takes_its_weekdays_along() -> None:
    tuesday, thursday = dt.date(2026, 3, 3), dt.date(2026, 3, 5)
    weekly = Recurrence(frequency="WEEKLY", weekdays=(1, 6))
    assert weekly.moved(tuesday, thursday).weekdays == (1, 3)
    assert Recurrence(frequency="MONTHLY", weekdays=(1,), nth=1).moved(tuesday, dt.date(2026, 3, 31)).text == (
        "FREQ=MONTHLY;BYDAY=-1TU"
    )


RULES = st.builds(
    Recurrence,
    frequency=st.sampled_from(sorted(set(FREQUENCIES) - {"WEEKLY"})),
    interval=st.integers(1, 99),
    count=st.none() | st.integers(1, 999),
)
LIMITED = st.builds(
    Recurrence,
    frequency=st.sampled_from(sorted(FREQUENCIES)),
    until=st.dates(dt.date(2025, 1, 1), dt.date(2040, 1, 1)),
)
WEEKLY = st.builds(
    Recurrence,
    frequency=st.just("WEEKLY"),
    interval=st.integers(1, 4),
    weekdays=st.sets(st.integers(0, 6)).map(lambda found: tuple(sorted(found))),
)


@given(rule=RULES | WEEKLY | LIMITED, first=st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)))
def test_every_rule_is_read_back_and_its_days_ascend(rule: Recurrence, first: dt.date) -> None:
    assert Recurrence.read(rule.text) == rule
    found = list(islice(rule.days(first), 12))
    assert found == sorted(set(found))
    assert all(day >= first for day in found)
    if rule.frequency == "WEEKLY" and rule.weekdays:
        assert {day.weekday() for day in found} <= set(rule.weekdays)


@given(st.dates())
def test_a_day_is_in_its_week_of_the_month(day: dt.date) -> None:
    number = week_of_month(day)
    same = [other for other in range(1, 32) if _is(day, other)]
    assert day.day == (same[-1] if number == -1 else same[number - 1])


def _is(day: dt.date, number: int) -> bool:
    try:
        return day.replace(day=number).weekday() == day.weekday()
    except ValueError:
        return False
