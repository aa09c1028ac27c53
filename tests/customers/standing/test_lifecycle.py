"""The lifecycle: rules decide where customers stand, people may know better, and every move is written down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from crm_site.events.delivering import deliver_pending
from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.history.undoing import undo_operation
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.lib.days import organisation_today
from crm_site.rules import RuleError
from customers.models import Activity, Customer, CustomerMetrics, LifecycleRule, StageMove, StageOverride
from customers.services import (
    change_customer,
    change_customers,
    change_lifecycle_rule,
    create_customer,
    decide_stage,
    refresh_standing,
    withdraw_decision,
)
from sales.services import place_order
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

pytestmark = pytest.mark.usefixtures("db")


def customer(orders: int = 0, first: int = 0, last: int = 0, **score: Any) -> Customer:
    """Return a customer with so many orders, the first and the last so many days ago."""
    made: Customer = CustomerFactory()
    now = timezone.now()
    if orders:
        made.metrics.orders_count = orders
        made.metrics.first_order_at = now - dt.timedelta(days=first)
        made.metrics.last_order_at = now - dt.timedelta(days=last)
        made.metrics.save()
    for name, value in score.items():
        setattr(made.score, name, value)
    made.score.save()
    return made


def stage(one: Customer) -> str:
    """Return where the customer stands in the database."""
    return Customer.objects.values_list("stage", flat=True).get(pk=one.pk)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "prospect"),
        ({"orders": 1, "first": 89, "last": 89}, "new"),
        ({"orders": 1, "first": 91, "last": 91}, "returning"),
        ({"orders": 3, "first": 300, "last": 10}, "returning"),
        ({"orders": 8, "first": 300, "last": 10}, "loyal"),
        ({"orders": 3, "first": 300, "last": 10, "segment": "champion"}, "loyal"),
        # A usual gap of 20 days, silent for 200: ten times as long as usual.
        ({"orders": 6, "first": 300, "last": 200}, "churned"),
        # A usual gap of 20 days, silent for 70, which is long for them and yet no half year.
        ({"orders": 6, "first": 170, "last": 70}, "returning"),
        # A usual gap of 100 days, silent for 200: twice as long as usual.
        ({"orders": 3, "first": 400, "last": 200}, "returning"),
        ({"orders": 8, "first": 300, "last": 10, "p_alive": 0.05}, "churned"),
        ({"orders": 1, "first": 541, "last": 541}, "churned"),
    ],
)
def test_the_rules_of_the_house(facts: dict[str, Any], expected: str) -> None:
    one = customer(**facts)
    refresh_standing([one.pk])
    assert stage(one) == expected


def test_a_move_is_dated_and_knows_its_rule() -> None:
    one = customer(orders=1, first=5, last=5)
    assert refresh_standing([one.pk]) == 1
    move = StageMove.objects.get()
    assert (move.before, move.after, move.cause, move.rule) == (
        "prospect", "new", "rule", LifecycleRule.objects.get(stage="new"),
    )  # fmt: skip
    assert Activity.objects.get(customer=one).sentence == "Became a new customer"
    assert refresh_standing([one.pk]) == 0
    assert StageMove.objects.count() == 1


def test_an_order_moves_its_customer(cast: Cast) -> None:
    one = customer()
    place_order({"customer": one}, [{"description": "Tea", "quantity": 1, "unit_price": 5}], cast.owner)
    deliver_pending()
    assert stage(one) == "new"


def test_a_decision_stands_against_the_rules_until_its_day(cast: Cast) -> None:
    one = customer(orders=1, first=5, last=5)
    today = organisation_today()
    decide_stage(one, "loyal", "A friend of the house", today, cast.owner)
    assert stage(one) == "loyal"
    assert refresh_standing([one.pk]) == 0
    assert stage(one) == "loyal"
    StageOverride.objects.update(until=today - dt.timedelta(days=1))
    assert refresh_standing([one.pk]) == 1
    assert stage(one) == "new"
    assert not StageOverride.objects.exists()
    assert list(StageMove.objects.order_by("id").values_list("before", "after", "cause", "reason")) == [
        ("prospect", "loyal", "person", "A friend of the house"),
        ("loyal", "new", "expiry", ""),
    ]


def test_a_withdrawn_decision_leaves_the_rules_to_it(cast: Cast) -> None:
    one = customer(orders=1, first=5, last=5)
    decide_stage(one, "churned", "They said so", None, cast.owner)
    withdraw_decision(one, cast.owner)
    assert stage(one) == "new"


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_stage_set_by_hand_is_a_decision(cast: Cast, many: bool) -> None:
    one = customer(orders=1, first=5, last=5)
    if many:
        change_customers(Customer.objects.filter(pk=one.pk), {"stage": "loyal"}, cast.owner)
    else:
        change_customer(one, one.version, {"stage": "loyal"}, cast.owner)
    deliver_pending()
    assert stage(one) == "loyal"
    assert StageOverride.objects.get(customer=one).decided_by == cast.owner
    assert StageMove.objects.get().cause == "person"


def test_another_rule_takes_the_place_of_the_present_one(cast: Cast) -> None:
    one = customer(orders=2, first=200, last=5)
    refresh_standing([one.pk])
    rule = {"version": 1, "root": {"all": [{"field": "orders_count", "op": "gte", "value": 2}]}}
    changed = change_lifecycle_rule("loyal", rule, cast.admin)
    assert LifecycleRule.objects.in_force().count() == 4
    assert LifecycleRule.objects.filter(stage="loyal").count() == 2
    run = run_job(start_job("lifecycle", wake=False).pk)
    assert run is not None
    assert run.result["stages"] == 1
    assert StageMove.objects.latest("id").rule == changed
    assert stage(one) == "loyal"


def test_a_bad_rule_changes_nothing(cast: Cast) -> None:
    with pytest.raises(RuleError):
        change_lifecycle_rule("loyal", {"version": 1, "root": {"all": [{"field": "password", "op": "filled"}]}}, None)
    assert LifecycleRule.objects.count() == 4


def test_the_job_asks_everybody_and_goes_on_after_its_last_bucket() -> None:
    ones = [customer(orders=1, first=5, last=5) for _ in range(3)]
    run = run_job(start_job("lifecycle", wake=False).pk)
    assert run is not None
    assert run.state == "succeeded", run.error
    assert run.result["stages"] == 3
    assert {stage(one) for one in ones} == {"new"}


def test_a_move_by_rule_keeps_nothing_from_being_undone(cast: Cast) -> None:
    with operation(OperationKind.IMPORT, actor=cast.owner, module="customers") as done:
        one = create_customer({"name": "Ada"}, cast.owner)
        CustomerMetrics.objects.filter(customer=one).update(
            orders_count=1, first_order_at=timezone.now(), last_order_at=timezone.now()
        )
    refresh_standing([one.pk])
    assert stage(one) == "new"
    assert undo_operation(done, cast.owner).conflicts == []
    assert not Customer.objects.filter(pk=one.pk).exists()
