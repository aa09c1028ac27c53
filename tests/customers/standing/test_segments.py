"""Segments: who belongs to one, by rule or by hand, kept up to date and told of."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from crm_site.events.delivering import deliver_pending
from crm_site.events.models import EventRecord
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.rules import parse_rule
from customers.events import SegmentMembersMoved
from customers.models import Customer, Segment, SegmentMember, SegmentMove
from customers.services import (
    change_customer,
    change_segment,
    create_segment,
    pick_customers,
    refresh_standing,
    tag_customers,
    unpick_customers,
)
from sales.services import place_order
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, TagFactory
from tests.factories.standing import SegmentFactory


def tree(*nodes: dict[str, Any], join: str = "all") -> dict[str, Any]:
    """Return the stored form of a rule."""
    return {"version": 1, "root": {join: list(nodes)}}


CHINESE = tree({"field": "country", "op": "is", "value": "China"})


def names(segment: Segment) -> list[str]:
    """Return who belongs to a segment."""
    return sorted(SegmentMember.objects.filter(segment=segment).values_list("customer__name", flat=True))


def fill() -> dict[str, Any]:
    """Ask all customers, as the job does at night, and return its result."""
    run = run_job(start_job("segments", wake=False).pk)
    assert run is not None
    assert run.state == "succeeded", run.error
    return dict(run.result)


def test_a_new_segment_is_filled_by_its_job_and_moves_nobody(cast: Cast) -> None:
    CustomerFactory(name="Li", country="China")
    CustomerFactory(name="Ada", country="Germany")
    segment = create_segment({"name": "China", "rule": CHINESE}, cast.owner)
    assert names(segment) == []
    assert fill()["segments"] == {"China": 1}
    assert names(segment) == ["Li"]
    segment.refresh_from_db()
    assert segment.state.size == 1
    assert segment.state.filled_at is not None
    assert not SegmentMove.objects.exists()
    assert not EventRecord.objects.filter(name=SegmentMembersMoved.name()).exists()


def test_an_edit_moves_its_customer_at_once(cast: Cast) -> None:
    segment = SegmentFactory(rule=CHINESE)
    ada = CustomerFactory(name="Ada", country="Germany", owner=cast.owner)
    change_customer(ada, ada.version, {"country": "China"}, cast.owner)
    deliver_pending()
    assert names(segment) == ["Ada"]
    change_customer(ada, ada.version, {"country": "France"}, cast.owner)
    deliver_pending()
    assert names(segment) == []
    assert list(SegmentMove.objects.order_by("id").values_list("entered", flat=True)) == [True, False]
    moves = EventRecord.objects.filter(name=SegmentMembersMoved.name()).order_by("id")
    assert [(one.payload["entered"], one.payload["left"]) for one in moves] == [(1, 0), (0, 1)]
    segment.refresh_from_db()
    assert segment.state.size == 0


def test_an_order_moves_its_customer_once_its_figures_are_counted(cast: Cast) -> None:
    segment = SegmentFactory(rule=tree({"field": "orders_count", "op": "gte", "value": 1}))
    ada = CustomerFactory(name="Ada", owner=cast.owner)
    place_order({"customer": ada}, [{"description": "Tea", "quantity": 1, "unit_price": 5}], cast.owner)
    deliver_pending()
    assert names(segment) == ["Ada"]


def test_asking_again_moves_nobody_twice(cast: Cast) -> None:
    segment = SegmentFactory(rule=CHINESE)
    li = CustomerFactory(name="Li", country="China")
    assert refresh_standing([li.pk]) == 1
    assert refresh_standing([li.pk]) == 0
    assert fill()["moves"] == 0
    assert SegmentMove.objects.filter(segment=segment).count() == 1


def test_segments_of_segments_are_computed_in_their_order(cast: Cast) -> None:
    # The one that speaks of the other is older, so keys alone would ask it first.
    outer = SegmentFactory(rule=CHINESE)
    inner = SegmentFactory(rule=tree({"field": "industry", "op": "is", "value": "Tea"}))
    rule = tree(
        {"field": "segments", "op": "any_of", "value": [inner.pk]}, {"field": "country", "op": "is", "value": "China"}
    )
    change_segment(outer, outer.version, {"rule": rule}, cast.owner)
    li = CustomerFactory(name="Li", country="China", industry="Tea")
    CustomerFactory(name="Ada", country="Germany", industry="Tea")
    assert refresh_standing([li.pk]) == 2
    fill()
    assert names(inner) == ["Ada", "Li"]
    assert names(outer) == ["Li"]


@pytest.mark.parametrize("through", [False, True], ids=["itself", "through another"])
def test_a_rule_that_leads_back_is_refused(cast: Cast, through: bool) -> None:
    first = SegmentFactory(rule=CHINESE)
    second = SegmentFactory(rule=tree({"field": "segments", "op": "any_of", "value": [first.pk]}))
    back = tree({"field": "segments", "op": "none_of", "value": [second.pk if through else first.pk]})
    with pytest.raises(ValidationError, match="leads back"):
        change_segment(first, first.version, {"rule": back}, cast.owner)
    first.refresh_from_db()
    assert first.rule == CHINESE


def test_a_rule_that_means_nothing_any_more_keeps_nobody(cast: Cast) -> None:
    li = CustomerFactory(name="Li", country="China")
    segment = SegmentFactory(rule=CHINESE)
    refresh_standing([li.pk])
    Segment.objects.filter(pk=segment.pk).update(rule=tree({"field": "gone", "op": "is", "value": "x"}))
    assert refresh_standing([li.pk]) == 1
    assert names(segment) == []


def test_customers_are_picked_and_taken_out_by_hand(cast: Cast) -> None:
    segment = create_segment({"name": "Fair", "kind": "static"}, cast.owner)
    ada, bob = CustomerFactory(name="Ada"), CustomerFactory(name="Bob")
    everybody = Customer.objects.filter(pk__in=[ada.pk, bob.pk])
    assert pick_customers(everybody, segment, cast.owner) == 2
    assert pick_customers(everybody, segment, cast.owner) == 2
    assert names(segment) == ["Ada", "Bob"]
    assert unpick_customers(Customer.objects.filter(pk=bob.pk), segment, cast.owner) == 1
    assert names(segment) == ["Ada"]
    assert fill()["segments"] == {"Fair": 1}
    segment.refresh_from_db()
    assert segment.state.size == 1


def test_nobody_is_picked_for_a_segment_by_rule(cast: Cast) -> None:
    segment = SegmentFactory(rule=CHINESE)
    ada = CustomerFactory(country="Germany")
    with pytest.raises(ValidationError, match="follows a rule"):
        pick_customers(Customer.objects.filter(pk=ada.pk), segment, cast.owner)
    assert names(segment) == []


def test_a_bulk_change_asks_its_customers_again(cast: Cast) -> None:
    tag = TagFactory(name="VIP")
    segment = SegmentFactory(rule=tree({"field": "tags", "op": "any_of", "value": [tag.pk]}))
    ada = CustomerFactory(name="Ada", owner=cast.owner)
    tag_customers(Customer.objects.filter(pk=ada.pk), [tag], cast.owner)
    deliver_pending()
    run_job(start_job("lifecycle", {"cause": "operation:0"}, wake=False).pk)
    assert names(segment) == ["Ada"]


def test_rules_speak_of_segments_in_lists_too(cast: Cast) -> None:
    segment = SegmentFactory(rule=CHINESE)
    li = CustomerFactory(name="Li", country="China")
    CustomerFactory(name="Ada")
    refresh_standing([li.pk])
    rule = parse_rule("customer", tree({"field": "segments", "op": "none_of", "value": [segment.pk]}))
    assert [one.name for one in rule.narrow(Customer.objects.all())] == ["Ada"]
