"""Tasks through the API: planned local or exact, changed, closed, repeated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm_site.api.models import ApiToken
from customers.models import Task
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.tasks import TaskFactory

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(cast: Cast) -> Call:
    """Return a function that calls the API as the owner."""
    cache.clear()
    _token, secret = ApiToken.issue(cast.owner)
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def ask(method: str, path: str, data: Any = None) -> tuple[int, Any]:
        answer = getattr(client, method)(f"/api/v1/tasks/{path}", data, content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None

    return ask


def test_a_task_is_planned_as_the_clocks_of_its_zone_show_it(call: Call, cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    facts = {"title": "Call", "day": "2027-03-28", "clock": "02:30", "zone": "Europe/Berlin", "customer": customer.pk}
    status, made = call("post", "", {**facts, "attendees": [cast.teammate.pk], "guests": [customer.pk]})
    assert status == 201
    assert Task.objects.get().due_at == dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)
    assert (made["all_day"], made["owner"], made["attendees"], made["guests"]) == (
        False, cast.owner.pk, [cast.teammate.pk], [customer.pk],
    )  # fmt: skip


def test_an_exact_moment_is_taken_as_it_is(call: Call) -> None:
    status, made = call(
        "post", "", {"title": "Call", "due_at": "2027-10-31T01:30:00Z", "zone": "Europe/Berlin", "state": "done"}
    )
    assert (status, made["state"], made["clock"]) == (201, "done", "02:30:00")
    assert Task.objects.get().due_at == dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)


def test_a_whole_day_and_a_rule(call: Call) -> None:
    _status, made = call("post", "", {"title": "Report", "day": "2027-01-31", "repeat": "FREQ=MONTHLY;COUNT=2"})
    assert (made["all_day"], made["clock"], made["repeat"]) == (True, None, "FREQ=MONTHLY;COUNT=2")
    call("patch", f"{made['id']}/", {"version": made["version"], "state": "done", "outcome": "Sent"})
    assert list(Task.objects.order_by("number").values_list("due_date", "state", "outcome")) == [
        (dt.date(2027, 1, 31), "done", "Sent"),
        (dt.date(2027, 2, 28), "open", ""),
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "due_at"),
        ({"due_at": "9999-12-31T23:59:59Z"}, "due_at"),
        ({"day": "1000-01-01"}, "day"),
        ({"day": "2027-03-01", "repeat": "FREQ=SECONDLY"}, "repeat"),
        ({"day": "2027-03-01", "zone": "Mars/Olympus"}, "zone"),
        ({"day": "2027-03-01", "duration": 10**9}, "duration"),
        ({"day": "2027-03-01", "state": "lost"}, "state"),
    ],
)
def test_what_cannot_be_planned_is_refused_at_its_field(call: Call, facts: dict[str, Any], field: str) -> None:
    status, body = call("post", "", {"title": "Call", **facts})
    assert (status, list(body)) == (400, [field])
    assert not Task.objects.exists()


def test_a_foreign_guest_cannot_be_named(call: Call, cast: Cast) -> None:
    foreign = CustomerFactory(owner=cast.outsider)
    status, body = call("post", "", {"title": "Call", "day": "2027-03-01", "guests": [foreign.pk]})
    assert (status, list(body)) == (400, ["guests"])


def test_changes_need_the_version_and_move_the_state(call: Call, cast: Cast) -> None:
    task = TaskFactory(owner=cast.owner)
    assert call("patch", f"{task.pk}/", {"version": 9, "title": "x"})[0] == 409
    status, changed = call("patch", f"{task.pk}/", {"version": 1, "title": "Write", "state": "cancelled"})
    assert (status, changed["title"], changed["state"], changed["version"]) == (200, "Write", "cancelled", 3)
    _status, opened = call("patch", f"{task.pk}/", {"version": 3, "state": "open"})
    assert opened["state"] == "open"
    _status, done = call("patch", f"{task.pk}/", {"version": 4, "state": "done", "outcome": "Reached"})
    assert (done["state"], done["outcome"]) == ("done", "Reached")
    assert done["done_at"] is not None


def test_following_ones_are_changed_too_when_asked(call: Call) -> None:
    _status, made = call("post", "", {"title": "Call", "day": "2027-03-01", "clock": "09:00", "repeat": "FREQ=DAILY"})
    facts = {"version": made["version"], "title": "Write", "clock": "10:00", "following": True}
    status, _changed = call("patch", f"{made['id']}/", facts)
    assert status == 200
    task = Task.objects.get()
    assert task.series is not None
    assert (task.series.title, task.series.first_time, task.clock) == ("Write", dt.time(10), dt.time(10))
    call("patch", f"{made['id']}/", {"version": task.version, "repeat": None})
    task.refresh_from_db()
    assert task.series is not None
    assert task.series.ended
