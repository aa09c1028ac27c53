"""Rules read as sentences, and explain themselves."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from crm_site.rules import load_rule, parse_rule
from customers.models import Customer
from tests.crm_site.rules.conftest import NOW, Company

STAGE = {"field": "stage", "op": "in", "value": ["new", "returning"]}
ORDERS: dict[str, Any] = {"relation": "orders", "measure": "count", "op": "gte", "value": 2, "within": 90}
pytestmark = pytest.mark.django_db


def sentence(root: dict[str, Any], subject: str = "customer") -> str:
    """Return the sentence of a rule."""
    return parse_rule(subject, {"version": 1, "root": root}).sentence()


SENTENCES: list[tuple[dict[str, Any], str]] = [
    (
        {"any": [{"all": [STAGE, ORDERS]}, {"field": "segment", "op": "in", "value": ["champion"]}]},
        "Customers (whose stage is one of New, Returning and who have at least 2 orders in the last 90 days), "
        "or whose RFM segment is Champion",
    ),
    (
        {"all": [{**ORDERS, "op": "eq", "value": 0}]},
        "Customers who have no order in the last 90 days",
    ),
    (
        {"all": [{**ORDERS, "op": "eq", "value": 1, "within": 1}]},
        "Customers who have exactly 1 order in the last 1 day",
    ),
    (
        {"all": [{"relation": "orders", "measure": "sum", "of": "total", "op": "gte", "value": 1000}]},
        "Customers whose sum of total in base currency over orders is at least €1,000",
    ),
    (
        {"all": [{"relation": "orders", "measure": "latest", "op": "older_days", "value": 60}]},
        "Customers whose latest order is more than 60 days ago",
    ),
    (
        {"not": [{**ORDERS, "within": 30, "where": [{"field": "total", "op": "gte", "value": "99.50"}]}]},
        "Customers not (who have at least 2 orders in the last 30 days "
        "(only those whose total in base currency is at least €99.50))",
    ),
    (
        {"all": [{"field": "created", "op": "during", "value": "last_month"}]},
        "Customers whose creation date falls in last month",
    ),
    (
        {"all": [{"field": "name", "op": "contains", "value": "a"}]},
        "Customers whose name contains “a”",
    ),
    (
        {"all": [{"field": "birth_date", "op": "on", "value": "2026-03-05"}]},
        "Customers whose birth date is on 5 Mar 2026",
    ),
    (
        {"all": [{"field": "revenue", "op": "between", "value": [1, "2.5"]}]},
        "Customers whose net revenue is between €1 and €2.50",
    ),
]


@pytest.mark.parametrize("at", range(len(SENTENCES)))
def test_a_rule_reads_as_a_sentence(at: int) -> None:
    root, said = SENTENCES[at]
    assert sentence(root) == said


def test_things_have_where_people_have() -> None:
    lines = {"relation": "lines", "measure": "count", "op": "gt", "value": 3}
    assert sentence({"all": [lines]}, "order") == "Orders that have more than 3 order lines"


def test_a_sentence_names_a_few_values_and_counts_the_rest() -> None:
    many = {"field": "country", "op": "in", "value": [f"Land {at}" for at in range(9)]}
    assert sentence({"all": [many]}).endswith("“Land 5” and 3 more")


def test_a_sentence_follows_the_language() -> None:
    with translation.override("zh-hans"):
        assert sentence({"all": [STAGE]}) != "Customers whose stage is one of New, Returning"
        assert "客户" in sentence({"all": [STAGE]})


def test_what_means_nothing_any_more_stands_in_brackets() -> None:
    gone = load_rule("customer", {"version": 1, "root": {"all": [STAGE, {"field": "gone", "op": "is", "value": "x"}]}})
    assert gone.sentence() == (
        "Customers whose stage is one of New, Returning and [“gone” no longer exists, so this condition means nothing.]"
    )


def test_an_explanation_marks_what_would_have_to_change(company: Company) -> None:
    ada = Customer.objects.get(name="Ada")
    rule = parse_rule(
        "customer",
        {
            "version": 1,
            "root": {
                "all": [
                    {"field": "stage", "op": "in", "value": ["new"]},
                    {"any": [{**ORDERS, "value": 5}, {"field": "revenue", "op": "gte", "value": 100}]},
                    {"not": [{"field": "tags", "op": "any_of", "value": [company.tags[0].pk]}]},
                ]
            },
        },
    )
    whole = rule.explain(ada.pk, now=NOW)
    stage, either, neither = whole.children
    assert (whole.holds, whole.decisive) == (False, True)
    assert (stage.holds, stage.decisive, stage.sentence, stage.actual) == (True, False, "Stage is New", "New")
    assert [(one.sentence, one.holds, one.decisive, one.actual) for one in either.children] == [
        ("At least 5 orders in the last 90 days", False, True, "2"),
        ("Net revenue is at least €100", False, True, "-€3"),
    ]
    assert (neither.holds, neither.decisive) == (False, True)
    vip = neither.children[0]
    assert (vip.holds, vip.decisive, vip.sentence, vip.actual) == (True, True, "Tags include VIP", "VIP")


def test_missing_values_are_explained_as_nothing(company: Company) -> None:
    slash = Customer.objects.get(name="x\\y_z")
    leaves = [
        {"field": "revenue", "op": "gte", "value": 1},
        {"field": "tags", "op": "filled"},
        {"relation": "orders", "measure": "latest", "op": "last_days", "value": 9},
        {"relation": "orders", "measure": "sum", "of": "total", "op": "gte", "value": 1},
        {"field": "owner", "op": "filled"},
    ]
    explained = parse_rule("customer", {"version": 1, "root": {"any": leaves}}).explain(slash.pk, now=NOW)
    assert [one.actual for one in explained.children] == ["nothing", "nothing", "nothing", "€0", "nothing"]
