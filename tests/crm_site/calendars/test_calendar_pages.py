"""The pages and the API of business calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm_site.api.models import ApiToken
from crm_site.calendars.models import BusinessCalendar, CalendarException
from crm_site.calendars.reading import default_calendar
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.database_digest import database_digest
from tests.factories.worktime import BusinessCalendarFactory, CalendarExceptionFactory, OpeningHoursFactory

SignIn = Callable[[User], Client]
PAGE = "/calendars/"
TYPED = {
    "name": "Shanghai", "time_zone": "Asia/Shanghai", "country": "CN", "subdivision": "",
    "opens_0_0": "09:00", "closes_0_0": "12:00", "opens_0_1": "13:30", "closes_0_1": "00:00",
}  # fmt: skip


def test_only_who_sets_up_finds_the_pages_and_nothing_changes(cast: Cast, signed_in: SignIn) -> None:
    exception = CalendarExceptionFactory()
    key, client, before = exception.calendar_id, signed_in(cast.manager), database_digest()
    for path in (
        "", "new/", f"{key}/", f"{key}/default/", f"{key}/delete/", f"{key}/exceptions/new/",
        f"exceptions/{exception.pk}/", f"exceptions/{exception.pk}/remove/",
    ):  # fmt: skip
        assert client.get(PAGE + path).status_code in (404, 405), path
        assert client.post(PAGE + path, TYPED).status_code in (404, 405), path
    assert database_digest() == before


def test_an_administrator_sets_up_a_calendar(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    assert 'value="09:00"' in client.get(f"{PAGE}new/").content.decode()
    answer = client.post(f"{PAGE}new/", TYPED)
    made = BusinessCalendar.objects.get(name="Shanghai")
    assert answer["Location"] == made.get_absolute_url()
    assert [str(one) for one in made.hours.all()] == ["Monday 09:00–12:00", "Monday 13:30–00:00"]
    page = client.get(PAGE).content.decode()
    assert "Mon 09:00–12:00, 13:30–24:00" in page
    assert "public holidays of China" in page
    shown = client.get(made.get_absolute_url()).content.decode()
    assert "Public holidays" in shown
    client.post(
        made.get_absolute_url(), {**TYPED, "name": "China", "opens_1_0": "08:00", "closes_1_0": "12:00", "version": "1"}
    )
    made.refresh_from_db()
    assert (made.name, made.hours.count()) == ("China", 3)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Standard"}, "There is a calendar of this name already."),
        ({"time_zone": "Moon/Base"}, "Select a valid choice."),
        ({"country": "XX"}, "Select a valid choice."),
        ({"subdivision": "BY"}, "The country has no such part with holidays of its own."),
        ({"closes_0_0": ""}, "Say when it opens and when it closes."),
        ({"closes_0_0": "x"}, "Enter a valid time."),
        ({"opens_0_1": "11:00"}, "Monday: two spans overlap."),
        ({"closes_0_0": "08:00"}, "Monday: it closes before it opens."),
    ],
)
def test_what_cannot_be_is_said_and_not_saved(typed: dict[str, str], said: str, cast: Cast, signed_in: SignIn) -> None:
    default_calendar()
    before = BusinessCalendar.objects.count()
    answer = signed_in(cast.admin).post(f"{PAGE}new/", {**TYPED, **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert BusinessCalendar.objects.count() == before


def test_a_stale_save_is_refused_and_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    calendar = BusinessCalendarFactory(version=3)
    answer = signed_in(cast.admin).post(calendar.get_absolute_url(), {**TYPED, "version": "2"})
    assert answer.status_code == 422
    assert 'name="version" value="3"' in answer.content.decode()
    assert 'value="Shanghai"' in answer.content.decode()
    calendar.refresh_from_db()
    assert calendar.name != "Shanghai"


def test_exceptions_are_entered_changed_and_taken_back(cast: Cast, signed_in: SignIn) -> None:
    client, calendar = signed_in(cast.admin), BusinessCalendarFactory()
    add = f"{PAGE}{calendar.pk}/exceptions/new/"
    client.post(add, {"date": "2026-02-14", "name": "调休", "kind": "open", "opens": "09:00", "closes": "17:00"})
    found = CalendarException.objects.get()
    assert (found.date, found.kind, found.closes) == (dt.date(2026, 2, 14), "open", dt.time(17))
    assert "调休" in client.get(calendar.get_absolute_url()).content.decode()
    again = client.post(add, {"date": "2026-02-14", "kind": "closed"})
    assert (again.status_code, CalendarException.objects.count()) == (422, 1)
    assert client.post(add, {"date": "1066-10-14", "kind": "closed"}).status_code == 422
    # Of a closed day the times say nothing.
    client.post(f"{PAGE}exceptions/{found.pk}/", {"date": "2026-02-15", "kind": "closed", "opens": "09:00"})
    found.refresh_from_db()
    assert (found.date, found.kind, found.opens) == (dt.date(2026, 2, 15), "closed", None)
    client.post(f"{PAGE}exceptions/{found.pk}/remove/")
    assert not CalendarException.objects.exists()


def test_the_default_changes_hands_and_is_never_deleted(cast: Cast, signed_in: SignIn) -> None:
    client, before, other = signed_in(cast.admin), default_calendar(), BusinessCalendarFactory()
    client.post(f"{PAGE}{other.pk}/default/")
    assert default_calendar() == other
    for method in (client.get, client.post):
        assert method(f"{PAGE}{other.pk}/delete/").status_code == 403
    client.post(f"{PAGE}{before.pk}/delete/")
    assert list(BusinessCalendar.objects.all()) == [other]


def test_the_pages_keep_their_queries_however_many_calendars(cast: Cast, signed_in: SignIn) -> None:
    client, counts = signed_in(cast.admin), []
    calendar = BusinessCalendarFactory(country="CN")
    for _round in range(2):
        for _each in range(4):
            OpeningHoursFactory(calendar=BusinessCalendarFactory())
            CalendarExceptionFactory(
                calendar=calendar, date=dt.date(2026, 1, 1) + dt.timedelta(days=CalendarException.objects.count())
            )
        for path in (PAGE, calendar.get_absolute_url()):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(path).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_the_api_reads_calendars_and_counts(cast: Cast) -> None:
    default = default_calendar()
    BusinessCalendar.objects.filter(pk=default.pk).update(time_zone="Europe/Berlin")
    for person, status in ((cast.admin, 200), (cast.manager, 404)):
        _token, secret = ApiToken.issue(person)
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        assert client.get("/api/v1/business-calendars/").status_code == status
        asked = {"start": "2026-12-18T15:30:00+01:00", "minutes": "480"}
        due = client.get(f"/api/v1/business-calendars/{default.pk}/due/", asked)
        assert due.status_code == status
        if status == 200:
            assert dt.datetime.fromisoformat(due.json()["due_at"]) == dt.datetime(2026, 12, 21, 14, 30, tzinfo=dt.UTC)
            listed = client.get("/api/v1/business-calendars/").json()["results"]
            assert [one["name"] for one in listed] == ["Standard"]
            assert listed[0]["hours"][0] == {"weekday": 0, "opens": "09:00:00", "closes": "17:00:00"}
            never = BusinessCalendarFactory()
            assert client.get(f"/api/v1/business-calendars/{never.pk}/due/", asked).json() == {"due_at": None}
            for wrong in (
                {},
                {"start": "x", "minutes": "1"},
                {**asked, "minutes": "-1"},
                {**asked, "minutes": "9" * 30},
            ):
                address = f"/api/v1/business-calendars/{default.pk}/due/"
                assert client.get(address, wrong).status_code == 400, wrong
            far = {"start": "9999-12-31T23:00:00Z", "minutes": "60"}
            assert client.get(f"/api/v1/business-calendars/{default.pk}/due/", far).status_code in (200, 400)
