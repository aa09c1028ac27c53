"""Calendars in the database: one default, sound hours, and what they say as values."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm_site.calendars.models import BusinessCalendar, CalendarException
from crm_site.calendars.public_holidays import countries, holidays_of, subdivisions
from crm_site.calendars.reading import default_calendar, default_working_time, working_time_of, working_times
from crm_site.calendars.services import (
    change_calendar,
    create_calendar,
    make_default,
    put_exception,
    remove_exception,
)
from crm_site.history.models import Change
from crm_site.staff.versioning import StaleVersionError
from tests.factories.worktime import BusinessCalendarFactory, CalendarExceptionFactory, OpeningHoursFactory

NINE, NOON, ONE, FIVE, MIDNIGHT = dt.time(9), dt.time(12), dt.time(13), dt.time(17), dt.time()
FACTS = {"name": "Berlin", "time_zone": "Europe/Berlin", "country": "DE", "subdivision": "BY", "is_always_open": False}


def berlin(*clock: int) -> dt.datetime:
    """Return a moment in Berlin."""
    return dt.datetime(*clock, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[arg-type,misc]  # year, month, day, hour


def test_a_new_installation_has_one_default_from_nine_to_five(db: None) -> None:
    found = default_calendar()
    assert [(one.weekday, one.opens, one.closes) for one in found.hours.all()] == [
        (weekday, NINE, FIVE) for weekday in range(5)
    ]
    assert default_working_time().week[0] == ((32_400, 61_200),)


def test_a_default_that_is_gone_comes_back(db: None) -> None:
    BusinessCalendar.objects.all().delete()
    assert default_calendar() == default_calendar()
    assert BusinessCalendar.objects.default().count() == 1


def test_there_is_never_a_second_default(db: None) -> None:
    before, other = default_calendar(), BusinessCalendarFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessCalendar.objects.filter(pk=other.pk).update(is_default=True)
    make_default(other)
    assert default_calendar() == other
    before.refresh_from_db()
    assert before.is_default is False


def test_hours_holidays_and_exceptions_make_one_value(db: None) -> None:
    made = create_calendar(FACTS, [(0, NINE, NOON), (0, ONE, FIVE), (1, dt.time(20), MIDNIGHT)])
    put_exception(made, {"date": dt.date(2026, 3, 31), "kind": "open", "opens": NINE, "closes": NOON})
    put_exception(made, {"date": dt.date(2026, 4, 5), "kind": "open"})
    put_exception(made, {"date": dt.date(2026, 4, 6), "kind": "closed"})
    found = working_time_of(made)
    assert found.week[:2] == (((32_400, 43_200), (46_800, 61_200)), ((72_000, 86_400),))
    assert found.spans_on(dt.date(2026, 3, 31)) == ((32_400, 43_200),)
    # Open without hours: those of the first open day of the week.
    assert found.spans_on(dt.date(2026, 4, 5)) == ((32_400, 43_200), (46_800, 61_200))
    assert found.spans_on(dt.date(2026, 4, 6)) == ()
    assert found.spans_on(dt.date(2026, 1, 6)) == ()  # Epiphany, in Bavaria
    assert found.business_seconds(berlin(2026, 3, 30), berlin(2026, 3, 31)) == 7 * 3600


def test_an_always_open_calendar_knows_no_holidays_but_its_exceptions(db: None) -> None:
    made = create_calendar({**FACTS, "is_always_open": True})
    assert working_time_of(made).is_open(berlin(2026, 12, 25, 3))
    put_exception(made, {"date": dt.date(2026, 12, 25), "kind": "closed"})
    assert not working_time_of(BusinessCalendar.objects.get(pk=made.pk)).is_open(berlin(2026, 12, 25, 3))


def test_many_calendars_take_two_queries_and_the_same_one_is_built_once(db: None) -> None:
    for _each in range(5):
        calendar = BusinessCalendarFactory()
        OpeningHoursFactory(calendar=calendar)
        CalendarExceptionFactory(calendar=calendar)
    rows = list(BusinessCalendar.objects.all())
    with CaptureQueriesContext(connection) as asked:
        first = working_times(rows)
    assert len(asked) == 2
    again = working_times(BusinessCalendar.objects.all())
    assert all(again[key] is first[key] for key in first)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([(0, FIVE, NINE)], "Monday: it closes before it opens."),
        ([(0, NINE, NINE)], "Monday: it closes before it opens."),
        ([(6, NINE, FIVE), (6, NOON, MIDNIGHT)], "Sunday: two spans overlap."),
    ],
)
def test_hours_that_cannot_be_are_refused(hours: list[tuple[int, dt.time, dt.time]], said: str, db: None) -> None:
    with pytest.raises(ValidationError) as refused:
        create_calendar(FACTS, hours)
    assert refused.value.message_dict == {"hours": [said]}
    assert not BusinessCalendar.objects.filter(name="Berlin").exists()


def test_the_database_refuses_what_a_service_would_not_write(db: None) -> None:
    hours: tuple[dict[str, Any], ...] = ({"opens": FIVE, "closes": NINE}, {"weekday": 7})
    for wrong in hours:
        with pytest.raises(IntegrityError), transaction.atomic():
            OpeningHoursFactory(**wrong)
    days: tuple[dict[str, Any], ...] = (
        {"opens": NINE},
        {"kind": "open", "opens": FIVE, "closes": NINE},
        {"opens": NINE, "closes": FIVE},
    )
    for wrong in days:
        with pytest.raises(IntegrityError), transaction.atomic():
            CalendarExceptionFactory(**wrong)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "open", "opens": NINE}, "closes"),
        ({"kind": "open", "opens": FIVE, "closes": NINE}, "closes"),
        ({"date": dt.date(2026, 12, 24), "kind": "closed"}, "date"),
    ],
)
def test_exceptions_that_cannot_be_are_refused(facts: dict[str, object], field: str, db: None) -> None:
    calendar = CalendarExceptionFactory().calendar
    with pytest.raises(ValidationError) as refused:
        put_exception(calendar, {"date": dt.date(2026, 5, 4), **facts})
    assert list(refused.value.message_dict) == [field]
    assert CalendarException.objects.count() == 1


def test_changing_the_week_writes_only_what_differs(db: None) -> None:
    made = create_calendar(FACTS, [(0, NINE, FIVE), (1, NINE, FIVE)])
    kept = made.hours.get(weekday=0).pk
    change_calendar(made, 1, {"name": "Munich"}, [(0, NINE, FIVE), (2, NINE, FIVE)])
    assert list(made.hours.values_list("weekday", flat=True)) == [0, 2]
    assert made.hours.get(weekday=0).pk == kept
    made.refresh_from_db()
    assert (made.name, made.version) == ("Munich", 2)
    with pytest.raises(StaleVersionError):
        change_calendar(made, 1, {"name": "Hamburg"})


def test_a_part_belongs_to_its_country(db: None) -> None:
    with pytest.raises(ValidationError) as refused:
        create_calendar({**FACTS, "subdivision": "CA"})
    assert list(refused.value.message_dict) == ["subdivision"]
    made = create_calendar(FACTS)
    with pytest.raises(ValidationError):
        change_calendar(made, 1, {"country": "US"})


def test_changes_are_told_with_their_calendar(db: None) -> None:
    made = create_calendar(FACTS, [(0, NINE, FIVE)])
    exception = put_exception(made, {"date": dt.date(2026, 5, 4), "kind": "closed"})
    remove_exception(exception)
    change_calendar(made, BusinessCalendar.objects.get(pk=made.pk).version, {"name": "Munich"}, [])
    told = Change.objects.filter(root_table="calendars_businesscalendar", root_id=made.pk)
    assert sorted(told.values_list("table_name", "action")) == [
        ("calendars_businesscalendar", "U"), ("calendars_calendarexception", "D"), ("calendars_openinghours", "D"),
    ]  # fmt: skip


def test_countries_and_holidays_are_named_in_the_readers_language() -> None:
    assert dict(countries("zh-hans"))["DE"] == "德国"
    assert dict(countries("en"))["CN"] == "China"
    assert "BY" in subdivisions("DE")
    assert dict(holidays_of("CN", "", 2026, "zh-hans").off)[dt.date(2026, 10, 1)] == "国庆节"
    assert dict(holidays_of("CN", "", 2026, "en").off)[dt.date(2026, 10, 1)] == "National Day"
    for country, part in (("XX", ""), ("DE", "QQ"), ("", "")):
        assert holidays_of(country, part, 2026).off == ()
