"""What rules say about needs, and about customers by what they want."""

from __future__ import annotations

from typing import Any

from crm_site.rules import parse_rule
from customers.models import Customer
from sales.models import Need, NeedCategory
from tests.conftest import Cast
from tests.factories.needs import NeedFactory, NeedTopicFactory
from tests.factories.records import CustomerFactory


def found(subject: str, node: dict[str, Any]) -> list[str]:
    """Return the words of what meets the condition, in order."""
    rule = parse_rule(subject, {"version": 1, "root": {"all": [node]}})
    model: Any = Need if subject == "need" else Customer
    return sorted(str(one) for one in rule.narrow(model.objects.all()))


def test_rules_ask_for_facts_of_needs_and_for_customers_by_them(cast: Cast) -> None:
    category, topic = NeedCategory.objects.get(name="Delivery"), NeedTopicFactory()
    acme = CustomerFactory(name="Acme")
    NeedFactory(title="Parts", customer=acme, category=category, topic=topic, priority="high")
    NeedFactory(title="Excel", customer=CustomerFactory(name="Beta"))
    for node in (
        {"field": "category", "op": "in", "value": [str(category.pk)]},
        {"field": "topic", "op": "in", "value": [str(topic.pk)]},
        {"field": "priority", "op": "in", "value": ["high"]},
        {"field": "customer_name", "op": "is", "value": "Acme"},
    ):
        assert found("need", node) == ["Parts"]
    wants = {"relation": "needs", "measure": "count", "op": "gte", "value": 1}
    assert found("customer", wants) == ["Acme", "Beta"]
