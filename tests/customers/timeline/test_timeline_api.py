"""The timeline through the API: read, written on, changed and deleted by the rules of the page."""

from __future__ import annotations

from typing import Any

from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.staff.models import User
from customers.models import Activity
from customers.services import add_note, change_entry
from tests.conftest import Cast
from tests.factories.records import ActivityFactory, CustomerFactory


def call(user: User, method: str, path: str, data: Any = None, scopes: tuple[str, ...] = ()) -> tuple[int, Any]:
    """Call the API as somebody and return status and body."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    response = getattr(client, method)(f"/api/v1/timeline/{path}", data, content_type="application/json")
    return response.status_code, response.json() if response.content else None


def test_a_call_is_written_read_changed_and_deleted(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    facts = {"kind": "call", "outcome": "reached", "minutes": 7, "body": "Spoke."}
    status, made = call(cast.owner, "post", f"{customer.pk}/", facts)
    assert (status, made["kind"], made["direction"], made["version"]) == (201, "call", "out", 1)
    assert made["sentence"] == "Olga Owner wrote down a call"
    status, page = call(cast.owner, "get", f"{customer.pk}/?show=call")
    assert (status, [one["id"] for one in page["results"]], page["next"]) == (200, [made["id"]], None)
    path = f"entries/{made['id']}/"
    assert call(cast.owner, "patch", path, {"body": "Spoke again."})[0] == 400
    status, changed = call(cast.owner, "patch", path, {"body": "Spoke again.", "version": 1})
    assert (status, changed["body"], changed["minutes"], changed["version"]) == (200, "Spoke again.", 7, 2)
    assert call(cast.owner, "patch", path, {"body": "Late.", "version": 1})[0] == 409
    assert call(cast.owner, "delete", path)[0] == 204
    assert call(cast.owner, "get", path)[0] == 404


def test_pages_of_the_api_meet_without_gap(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    ActivityFactory.create_batch(60, customer=customer)
    seen: list[int] = []
    path: str | None = f"{customer.pk}/"
    while path:
        _status, page = call(cast.owner, "get", path)
        seen += [one["id"] for one in page["results"]]
        path = page["next"].removeprefix("/api/v1/timeline/") if page["next"] else None
    assert len(seen) == len(set(seen)) == 60


def test_what_is_foreign_does_not_exist_and_what_says_nothing_is_refused(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    note = add_note(customer, "Mine.", cast.owner)
    for method, path in (("get", f"{customer.pk}/"), ("post", f"{customer.pk}/"), ("get", f"entries/{note.pk}/"),
                         ("patch", f"entries/{note.pk}/"), ("delete", f"entries/{note.pk}/")):  # fmt: skip
        assert call(cast.outsider, method, path, {"body": "x", "version": 1})[0] == 404
        assert call(cast.owner, method, path, {"body": "x"}, ("sales",))[0] == 404
    assert call(cast.lead, "delete", f"entries/{note.pk}/")[0] == 403
    status, problems = call(cast.owner, "post", f"{customer.pk}/", {"kind": "call", "body": "x"})
    assert (status, list(problems)) == (400, ["outcome"])
    assert Activity.objects.count() == 1


def test_guests_whom_the_caller_does_not_see_are_not_named(cast: Cast) -> None:
    customer, foreign = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.outsider)
    assert call(cast.owner, "post", f"{customer.pk}/", {"kind": "meeting", "guests": [foreign.pk]})[0] == 400
    status, made = call(cast.manager, "post", f"{customer.pk}/", {"kind": "meeting", "guests": [foreign.pk]})
    assert (status, made["guests"]) == (201, [foreign.pk])
    assert call(cast.owner, "get", f"entries/{made['id']}/")[1]["guests"] == []


def test_an_entry_keeps_its_kind(cast: Cast) -> None:
    note = add_note(CustomerFactory(owner=cast.owner), "Mine.", cast.owner)
    change_entry(note, 1, {"body": "Still mine."}, cast.owner)
    assert call(cast.owner, "patch", f"entries/{note.pk}/", {"kind": "call", "version": 2})[1]["kind"] == "note"
