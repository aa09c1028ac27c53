"""Pages of segments: making one, reading it, asking why somebody is in it, and picking customers from their list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm_site.events.delivering import deliver_pending
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.rules import encode_rule, parse_rule
from crm_site.staff.models import User
from customers.models import Segment, SegmentMember, SegmentPick
from customers.services import refresh_standing
from tests.conftest import Cast
from tests.customers.standing.test_segments import CHINESE, names, tree
from tests.factories.records import CustomerFactory
from tests.factories.standing import SegmentFactory

SignIn = Callable[[User], Client]


def form(**facts: Any) -> dict[str, Any]:
    """Return what the form posts."""
    code = encode_rule(parse_rule("customer", CHINESE))
    return {"name": "China", "kind": "dynamic", "description": "", "rule_code": code, **facts}


def test_a_segment_is_made_with_the_rule_of_the_builder(cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.owner).post("/customers/segments/new/", form())
    segment = Segment.objects.get()
    assert response["Location"] == segment.get_absolute_url()
    assert (segment.name, segment.owner, segment.rule) == ("China", cast.owner, CHINESE)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rule_code": ""}, "Fill in the rule"),
        ({"rule_code": "nonsense"}, "This rule cannot be read"),
        ({"name": ""}, "This field is required"),
        ({"name": "Taken"}, "already exists"),
    ],
)
def test_a_bad_segment_is_refused_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, facts: dict[str, Any], words: str
) -> None:
    SegmentFactory(name="Taken")
    response = signed_in(cast.owner).post("/customers/segments/new/", form(description="For the fair", **facts))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "For the fair" in page
    assert Segment.objects.count() == 1


def test_the_builder_keeps_a_rule_that_came_with_a_refused_form(cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.owner).post("/customers/segments/new/", form(name="")).content.decode()
    assert "Customers whose country is" in page


def test_the_page_says_who_belongs_within_the_readers_scope(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(rule=CHINESE, owner=cast.marketer)
    ones = [
        CustomerFactory(name="Li", country="China", owner=cast.owner),
        CustomerFactory(name="Wang", country="China", owner=cast.outsider),
    ]
    refresh_standing([one.pk for one in ones])
    page = " ".join(signed_in(cast.owner).get(segment.get_absolute_url()).content.decode().split())
    assert "2 customers · 1 of them visible to you" in page
    assert "Li" in page
    assert "Wang" not in page
    assert "Customers whose country is" in page
    assert "/edit/" not in page
    everybody = " ".join(signed_in(cast.manager).get(segment.get_absolute_url()).content.decode().split())
    assert "visible to you" not in everybody
    assert "Wang" in everybody


def test_the_list_of_customers_is_narrowed_to_a_segment(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(rule=CHINESE)
    li = CustomerFactory(name="Li Wei", country="China", owner=cast.owner)
    CustomerFactory(name="Ada Lovelace", owner=cast.owner)
    refresh_standing([li.pk])
    page = signed_in(cast.owner).get(f"/customers/?view=all&in_segment={segment.pk}").content.decode()
    assert "Li Wei" in page
    assert "Ada Lovelace" not in page


def test_one_customer_is_explained(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(rule=CHINESE)
    ada = CustomerFactory(name="Ada", country="Germany", owner=cast.owner)
    hidden = CustomerFactory(name="Hidden", owner=cast.outsider)
    client = signed_in(cast.owner)
    page = client.get(f"{segment.get_absolute_url()}why/?record={ada.pk}").content.decode()
    assert "Ada does not meet the rule" in page
    assert "Germany" in page
    for record in (hidden.pk, "x", "9" * 30):
        assert client.get(f"{segment.get_absolute_url()}why/?record={record}").status_code == 404


def test_only_its_owner_and_those_who_change_everything_change_a_segment(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(name="China", rule=CHINESE, owner=cast.teammate)
    address = f"{segment.get_absolute_url()}edit/"
    assert signed_in(cast.owner).post(address, form(name="Mine now", version=1)).status_code == 403
    assert Segment.objects.get().name == "China"
    assert signed_in(cast.manager).post(address, form(name="Greater China", version=1)).status_code == 302
    assert Segment.objects.get().name == "Greater China"


def test_customers_are_picked_from_their_list_and_the_pick_is_undone(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(name="Fair", owner=cast.owner)
    ada = CustomerFactory(name="Ada", owner=cast.owner)
    data = {"pk": [ada.pk], "state": "view=all", "field": "pick", "value": segment.pk, "step": "apply"}
    signed_in(cast.owner).post("/lists/customers/bulk/pick/", data, headers={"HX-Request": "true"})
    assert names(segment) == ["Ada"]
    undo_operation(Operation.objects.get(), cast.owner)
    deliver_pending()
    assert not SegmentPick.objects.exists()
    assert not SegmentMember.objects.exists()


def test_a_foreign_segment_takes_no_picks(cast: Cast, signed_in: SignIn) -> None:
    segment = SegmentFactory(name="Fair", owner=cast.teammate)
    ada = CustomerFactory(owner=cast.owner)
    data = {"pk": [ada.pk], "state": "view=all", "field": "pick", "value": segment.pk, "step": "apply"}
    signed_in(cast.owner).post("/lists/customers/bulk/pick/", data, headers={"HX-Request": "true"})
    assert not SegmentPick.objects.exists()


def test_the_api_reads_and_makes_segments(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    answer = client.post("/api/v1/segments/", {"name": "China", "rule": CHINESE}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["rule"] == CHINESE
    bad = {"name": "Bad", "rule": tree({"field": "password", "op": "filled"})}
    refused = client.post("/api/v1/segments/", bad, content_type="application/json")
    assert refused.status_code == 400
    assert "rule" in refused.json().get("errors", refused.json())
    assert Segment.objects.count() == 1
