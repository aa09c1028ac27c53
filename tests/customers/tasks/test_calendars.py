"""iCalendar: what a feed holds, who reads it, and the invitation to a meeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from crm_site.staff.models import User
from customers.models import CalendarFeed
from customers.services.tasking import issue_feed, revoke_feed
from tests.conftest import Cast
from tests.factories.records import ContactPointFactory, CustomerFactory
from tests.factories.tasks import TaskFactory

SignIn = Callable[[User], Client]
DUE = (timezone.now() + dt.timedelta(days=3)).replace(hour=9, minute=30, second=0, microsecond=0)


def read(client: Client, secret: str) -> Any:
    """Return the feed as a calendar program reads it."""
    answer = client.get(f"/calendar/{secret}.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content)


def test_a_feed_holds_what_its_owner_does_or_attends_and_nothing_else(cast: Cast, client: Client) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Wang 王伟国")
    TaskFactory(owner=cast.owner, customer=customer, title="Call", due_at=DUE, note="Ask; about, tea\nand more" * 9)
    TaskFactory(owner=cast.owner, title="Whole", all_day=True, due_at=DUE.replace(hour=0, minute=0))
    TaskFactory(owner=cast.owner, title="Cancelled", state="cancelled")
    TaskFactory(owner=cast.owner, title="Long ago", due_at=DUE - dt.timedelta(days=90))
    TaskFactory(owner=cast.teammate, title="Foreign")
    TaskFactory(owner=cast.teammate, title="Asked to", kind="meeting", due_at=DUE).attendees.add(cast.owner)
    calendar = read(client, issue_feed(cast.owner))
    events = {str(one["summary"]): one for one in calendar.walk("VEVENT")}
    assert set(events) == {"Call", "Whole", "Asked to"}
    assert events["Call"].decoded("dtstart") == DUE
    assert events["Call"].decoded("dtend") == DUE + dt.timedelta(minutes=30)
    assert events["Whole"].decoded("dtstart") == DUE.date()
    assert "王伟国" in str(events["Call"]["description"])
    assert (str(events["Call"]["transp"]), str(events["Asked to"]["transp"])) == ("TRANSPARENT", "OPAQUE")


def test_lines_are_folded_and_times_are_in_utc(cast: Cast, client: Client) -> None:
    TaskFactory(owner=cast.owner, title="电话 " * 40, due_at=DUE)
    answer = client.get(f"/calendar/{issue_feed(cast.owner)}.ics")
    lines = answer.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert f"DTSTART:{DUE:%Y%m%dT%H%M%SZ}".encode() in lines


def test_a_manager_reads_only_their_own_though_they_see_all(cast: Cast, client: Client) -> None:
    TaskFactory(owner=cast.owner, title="Foreign")
    TaskFactory(owner=cast.manager, title="Mine")
    events = read(client, issue_feed(cast.manager)).walk("VEVENT")
    assert [str(one["summary"]) for one in events] == ["Mine"]


def test_the_secret_is_stored_as_a_digest_replaced_and_revoked(cast: Cast, client: Client) -> None:
    first = issue_feed(cast.owner)
    assert first not in CalendarFeed.objects.get().token_digest
    assert len(CalendarFeed.objects.get().token_digest) == 64
    second = issue_feed(cast.owner)
    assert client.get(f"/calendar/{first}.ics").status_code == 404
    assert client.get(f"/calendar/{second}.ics").status_code == 200
    revoke_feed(cast.owner)
    assert client.get(f"/calendar/{second}.ics").status_code == 404


@pytest.mark.parametrize("secret", ["x", "a" * 100, "a" * 5000, "%00", "..", "' OR 1=1"])
def test_a_guess_is_not_found(secret: str, cast: Cast, client: Client) -> None:
    issue_feed(cast.owner)
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_a_person_who_left_or_lost_the_module_is_read_no_more(cast: Cast, client: Client) -> None:
    TaskFactory(owner=cast.owner)
    secret = issue_feed(cast.owner)
    cast.owner.roles.clear()
    assert read(client, secret).walk("VEVENT") == []
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_a_feed_costs_the_same_for_any_number_and_nothing_when_unchanged(cast: Cast, client: Client) -> None:
    secret = issue_feed(cast.owner)
    counts = []
    for _more in range(2):
        for _each in range(12):
            TaskFactory(owner=cast.owner, customer=CustomerFactory(owner=cast.owner), due_at=DUE)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(f"/calendar/{secret}.ics")
        counts.append(len(asked))
    assert counts == [4, 4]
    again = client.get(f"/calendar/{secret}.ics", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    TaskFactory(owner=cast.owner, due_at=DUE)
    changed = client.get(f"/calendar/{secret}.ics", headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200


def test_the_page_shows_the_address_once(cast: Cast, signed_in: SignIn, client: Client) -> None:
    rep = signed_in(cast.owner)
    page = reverse("customers:task-calendar")
    shown = rep.post(page, {"do": "issue"})
    secret = shown.context["address"].rpartition("/")[2].removesuffix(".ics")
    assert read(client, secret) is not None
    assert secret.encode() not in rep.get(page).content
    assert shown["Cache-Control"] == "no-store"
    rep.post(page, {"do": "revoke"})
    assert not CalendarFeed.objects.exists()


def test_an_invitation_asks_everybody_with_an_address(cast: Cast, signed_in: SignIn) -> None:
    guest = CustomerFactory(owner=cast.owner, name="Ada")
    ContactPointFactory(customer=guest, value="ada@customer.example", is_primary=True)
    meeting = TaskFactory(owner=cast.owner, kind="meeting", title="Visit", due_at=DUE, place="Suzhou", version=3)
    meeting.attendees.add(cast.teammate)
    meeting.guests.add(guest, CustomerFactory(owner=cast.owner))
    answer = signed_in(cast.owner).get(reverse("customers:task-invitation", args=[meeting.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="meeting-{meeting.pk}.ics"'
    calendar: Any = Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    assert str(calendar["method"]) == "REQUEST"
    assert str(event["organizer"]) == f"mailto:{cast.owner.email}"
    asked = {str(one): one.params["CN"] for one in event["attendee"]}
    assert asked == {f"mailto:{cast.teammate.email}": "Tom Teammate", "mailto:ada@customer.example": "Ada"}
    assert (event["sequence"], str(event["location"])) == (3, "Suzhou")


def test_a_task_that_is_no_meeting_has_no_invitation(cast: Cast, signed_in: SignIn) -> None:
    task = TaskFactory(owner=cast.owner)
    assert signed_in(cast.owner).get(reverse("customers:task-invitation", args=[task.pk])).status_code == 404
