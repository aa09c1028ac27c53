"""What rules say about deals, and about customers by their deals."""

from __future__ import annotations

from typing import Any

import pytest

from crm_site.rules import parse_rule
from customers.models import Customer
from sales.models import Opportunity, Stage
from tests.conftest import Cast
from tests.factories.deals import CompetitorFactory, ContactRoleFactory, OpportunityFactory
from tests.factories.records import CustomerFactory


def found(subject: str, *nodes: dict[str, Any]) -> list[str]:
    """Return the names of what meets all of these, in order."""
    rule = parse_rule(subject, {"version": 1, "root": {"all": list(nodes)}})
    model: Any = Opportunity if subject == "opportunity" else Customer
    return sorted(one.name for one in rule.narrow(model.objects.all()))


@pytest.mark.parametrize(
    ("field", "op", "value", "names"),
    [
        ("amount", "gte", "500", ["Pumps"]),
        ("status", "in", ["open"], ["Pumps", "Valves"]),
        ("expected_close", "filled", None, ["Pumps", "Valves"]),
        ("next_step", "empty", None, ["Pumps", "Valves"]),
        ("competitors", "filled", None, ["Pumps"]),
        ("pushes", "gte", "1", []),
        ("customer_name", "is", "Acme", ["Pumps"]),
    ],
)
def test_rules_ask_for_facts_of_deals(field: str, op: str, value: Any, names: list[str], cast: Cast) -> None:
    pumps = OpportunityFactory(name="Pumps", customer=CustomerFactory(name="Acme"))
    pumps.competitors.add(CompetitorFactory())
    OpportunityFactory(name="Valves", amount=5)
    node = {"field": field, "op": op, **({} if value is None else {"value": value})}
    assert found("opportunity", node) == names


def test_rules_ask_for_the_stage_and_the_contacts(cast: Cast) -> None:
    needs = Stage.objects.get(name="Needs")
    deal = OpportunityFactory(name="Pumps", stage=needs)
    OpportunityFactory(name="Valves")
    ContactRoleFactory(opportunity=deal, role="buyer")
    assert found("opportunity", {"field": "stage", "op": "in", "value": [str(needs.pk)]}) == ["Pumps"]
    assert found("opportunity", {"relation": "contacts", "measure": "count", "op": "gte", "value": 1}) == ["Pumps"]


def test_customers_are_found_by_their_deals(cast: Cast) -> None:
    OpportunityFactory(customer=CustomerFactory(name="Acme"))
    CustomerFactory(name="Nobody")
    assert found("customer", {"relation": "opportunities", "measure": "count", "op": "gte", "value": 1}) == ["Acme"]
