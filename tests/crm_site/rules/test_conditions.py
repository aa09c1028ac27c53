"""Each operator of each kind keeps exactly the records it says; negations are exact opposites."""

from __future__ import annotations

from typing import Any

import pytest

from crm_site.rules import parse_rule
from crm_site.rules.operators import DATES, MEASURES, NUMBERS, OPERATORS
from customers.models import Customer
from sales.models import Order
from service.models import SurveyAnswer
from tests.crm_site.rules.conftest import NOW, Company
from tests.factories import records


def names(root: dict[str, Any], **context: Any) -> list[str]:
    """Return the names of the customers that meet a rule."""
    rule = parse_rule("customer", {"version": 1, "root": root})
    return list(rule.narrow(Customer.objects.order_by("pk"), now=NOW, **context).values_list("name", flat=True))


ACME, ADA, WANG, PERCENT, SLASH, NOBODY = "Acme", "Ada", "Wang 王", "100%", "x\\y_z", "Nobody's"
EVERYBODY = [ACME, ADA, WANG, PERCENT, SLASH, NOBODY]
CASES: dict[str, list[tuple[str, str, Any, list[str]]]] = {
    "text": [
        ("name", "is", "ada", [ADA]),
        ("name", "is", "a%", []),
        ("name", "in", ["ADA", "wang 王"], [ADA, WANG]),
        ("country", "is", "GERMANY", [ADA, PERCENT]),
        ("country", "is_not", "Germany", [ACME, WANG, SLASH, NOBODY]),
        ("name", "contains", "%", [PERCENT]),
        ("name", "contains", "_", [SLASH]),
        ("name", "contains", "\\", [SLASH]),
        ("name", "not_contains", "a", [PERCENT, SLASH, NOBODY]),
        ("name", "starts", "a", [ACME, ADA]),
        ("organisation", "is", "acme", [WANG]),
        ("organisation", "empty", None, [ACME, ADA, PERCENT, SLASH, NOBODY]),
        ("country", "empty", None, [ACME, WANG, NOBODY]),
        ("country", "filled", None, [ADA, PERCENT, SLASH]),
        ("reference", "is", "R-1", [ADA]),
        ("reference", "is", "r-1", []),
    ],
    "number": [
        ("orders_count", "gte", 2, [ACME, ADA]),
        ("orders_count", "gte", "2.5", [ACME]),
        ("orders_count", "lt", "2.5", [ADA, WANG, PERCENT, NOBODY]),
        ("orders_count", "gt", "-0.5", [ACME, ADA, WANG, PERCENT, NOBODY]),
        ("orders_count", "eq", 3, [ACME]),
        ("orders_count", "ne", 0, [ACME, ADA, SLASH]),
        ("orders_count", "between", [2, 3], [ACME, ADA]),
        ("orders_count", "empty", None, [SLASH]),
        ("orders_count", "filled", None, [ACME, ADA, WANG, PERCENT, NOBODY]),
        ("alive", "gte", "0.5", [ACME]),
        ("alive", "lte", "0.25", [WANG]),
    ],
    "money": [
        ("revenue", "gte", "99.99", [ACME]),
        ("revenue", "lt", 0, [ADA]),
        ("revenue", "gte", "1,000", []),
    ],
    "date": [
        ("birth_date", "on", "1960-02-29", [NOBODY]),
        ("birth_date", "before", "2026-01-31", [NOBODY]),
        ("birth_date", "after", "2026-01-31", [PERCENT]),
        ("birth_date", "between", ["2026-01-31", "2026-03-15"], [PERCENT, SLASH]),
        ("birth_date", "last_days", 0, [PERCENT]),
        ("birth_date", "last_days", 43, [PERCENT, SLASH]),
        ("birth_date", "older_days", 43, [NOBODY]),
        ("birth_date", "next_days", 0, [PERCENT]),
        ("birth_date", "during", "today", [PERCENT]),
        ("birth_date", "during", "this_month", [PERCENT]),
        ("birth_date", "during", "this_quarter", [PERCENT, SLASH]),
        ("birth_date", "empty", None, [ACME, ADA, WANG]),
    ],
    "moment": [
        ("created", "last_days", 1, [ACME, ADA]),
        ("created", "older_days", 30, [SLASH, NOBODY]),
        ("created", "next_days", 0, [ACME]),
        ("created", "on", "2026-03-14", [ADA]),
        ("created", "before", "2026-03-14", [WANG, PERCENT, SLASH, NOBODY]),
        ("created", "after", "2026-03-14", [ACME]),
        ("created", "between", ["2026-03-10", "2026-03-14"], [ADA, WANG]),
        ("created", "during", "last_month", [PERCENT]),
        ("created", "during", "last_quarter", [SLASH]),
        ("created", "during", "yesterday", [ADA]),
        ("created", "during", "this_year", [ACME, ADA, WANG, PERCENT]),
        ("last_order", "empty", None, [WANG, PERCENT, SLASH, NOBODY]),
    ],
    "choice": [
        ("stage", "in", ["new"], [ADA]),
        ("stage", "in", ["new", "churned"], [ADA, SLASH]),
        ("stage", "not_in", ["prospect"], [ACME, ADA, WANG, SLASH]),
        ("segment", "in", ["champion"], [ACME]),
        ("segment", "not_in", ["champion"], [ADA, WANG, PERCENT, SLASH, NOBODY]),
        ("segment", "empty", None, [ADA, PERCENT, SLASH, NOBODY]),
        ("segment", "filled", None, [ACME, WANG]),
        ("team", "empty", None, [PERCENT, SLASH]),
    ],
}


@pytest.mark.parametrize("kind", CASES)
def test_each_operator_keeps_what_it_says(kind: str, company: Company) -> None:
    for field, op, value, expected in CASES[kind]:
        leaf = {"field": field, "op": op} | ({} if value is None else {"value": value})
        assert names({"all": [leaf]}) == expected, (field, op, value)
        assert names({"not": [leaf]}) == [name for name in EVERYBODY if name not in expected], (field, op, value)


def test_every_operator_of_every_kind_is_tried() -> None:
    tried = {(kind, op) for kind, cases in CASES.items() for _field, op, _value, _expected in cases}
    known = {(kind, one.code) for kind in CASES for one in OPERATORS[kind]}
    shared = {("money", one.code) for one in OPERATORS["money"]} | {("number", "lte"), ("moment", "filled")}
    assert known - tried <= shared | {("date", "filled"), ("choice", "filled")}


def test_tags_are_compared_as_sets(company: Company) -> None:
    vip, press, unused = (tag.pk for tag in company.tags)
    cases = [
        ("any_of", [vip], [ACME, ADA]),
        ("any_of", [press, unused], [ACME]),
        ("all_of", [vip, press], [ACME]),
        ("all_of", [vip, unused], []),
        ("none_of", [vip], [WANG, PERCENT, SLASH, NOBODY]),
        ("none_of", [unused], EVERYBODY),
        ("any_of", [2**62], []),
        ("empty", None, [WANG, PERCENT, SLASH, NOBODY]),
        ("filled", None, [ACME, ADA]),
    ]
    for op, value, expected in cases:
        leaf = {"field": "tags", "op": op} | ({} if value is None else {"value": value})
        assert names({"all": [leaf]}) == expected, (op, value)
        assert names({"not": [leaf]}) == [name for name in EVERYBODY if name not in expected], (op, value)


def test_me_is_whoever_reads_and_nobody_without_a_reader(company: Company) -> None:
    mine = {"field": "owner", "op": "in", "value": ["me"]}
    assert names({"all": [mine]}, reader=company.cast.owner) == [ACME, ADA, NOBODY]
    assert names({"all": [mine]}) == []
    others = {"field": "owner", "op": "not_in", "value": ["me", company.cast.outsider.pk]}
    assert names({"all": [others]}, reader=company.cast.owner) == [PERCENT, SLASH]
    assert names({"all": [{"field": "owner", "op": "empty"}]}) == [PERCENT, SLASH]


ORDERS = {"relation": "orders", "measure": "count", "op": "gte", "value": 1}
FIGURES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, [ACME, ADA, WANG, PERCENT, NOBODY]),
    ({"value": 2}, [ACME, ADA]),
    ({"value": 2, "within": 60}, [ACME, ADA]),
    ({"value": 2, "within": 30}, [ADA]),
    ({"value": 2, "within": 60, "where": [{"field": "total", "op": "gte", "value": 90}]}, []),
    ({"op": "eq", "value": 0}, [SLASH]),
    ({"op": "lt", "value": 1, "within": 5}, [WANG, PERCENT, SLASH, NOBODY]),
    ({"op": "ne", "value": 1}, [ACME, ADA, SLASH]),
    ({"op": "between", "value": [0, 1]}, [WANG, PERCENT, SLASH, NOBODY]),
    ({"measure": "sum", "of": "total", "value": "102.99"}, [ACME, ADA, WANG]),
    ({"measure": "sum", "of": "total", "op": "lte", "value": 12}, [PERCENT, SLASH]),
    ({"measure": "average", "of": "total", "op": "gt", "value": "66.67"}, [WANG, NOBODY]),
    ({"measure": "most", "of": "total", "value": 100}, [ACME, WANG, NOBODY]),
    ({"measure": "least", "of": "total", "op": "lt", "value": 12}, [ADA]),
    ({"measure": "sum", "of": "open_amount", "op": "eq", "value": "150.01"}, [ACME]),
    ({"measure": "latest", "op": "older_days", "value": 60}, [WANG, NOBODY]),
    ({"measure": "latest", "op": "next_days", "value": 2}, [ADA, PERCENT]),
    ({"measure": "earliest", "op": "before", "value": "2026-01-14"}, [ACME, WANG, NOBODY]),
    ({"where": [{"field": "channel", "op": "is", "value": "ADA"}]}, [ACME, WANG]),
    ({"where": [{"field": "customer_stage", "op": "in", "value": ["new"]}]}, [ADA]),
    ({"where": [{"field": "owner", "op": "empty"}]}, [PERCENT]),
]


@pytest.mark.parametrize("at", range(len(FIGURES)))
def test_figures_over_related_rows(at: int, company: Company) -> None:
    more, expected = FIGURES[at]
    leaf = {**ORDERS, **more}
    assert names({"all": [leaf]}) == expected
    assert names({"not": [leaf]}) == [name for name in EVERYBODY if name not in expected]


def test_products_are_found_behind_the_lines_of_orders(company: Company) -> None:
    desk, lamp = (product.pk for product in company.products)

    def buyers(op: str, value: Any = None) -> list[str]:
        leaf = {"field": "products", "op": op} | ({} if value is None else {"value": value})
        return names({"all": [{**ORDERS, "where": [leaf]}]})

    assert buyers("any_of", [desk]) == [ACME, ADA, WANG, PERCENT]
    assert buyers("all_of", [desk, lamp]) == [ACME, ADA, PERCENT]
    assert buyers("none_of", [desk, lamp]) == [ACME, NOBODY]
    assert buyers("filled") == [ACME, ADA, WANG, PERCENT]
    assert buyers("empty") == [ACME, NOBODY]


def test_no_answer_below_seven_takes_in_those_without_any_answer(company: Company) -> None:
    below = {
        "relation": "answers",
        "measure": "count",
        "op": "eq",
        "value": 0,
        "where": [{"field": "score", "op": "lt", "value": 7}],
    }
    assert names({"all": [below]}) == [ADA, WANG, PERCENT, NOBODY]


def test_addresses_and_contact_points_can_be_missing(company: Company) -> None:
    ada = Customer.objects.get(name=ADA)
    records.AddressFactory(customer=ada, city="Suzhou")
    records.ContactPointFactory(customer=ada, kind="email")
    suzhou = {
        "relation": "addresses",
        "measure": "count",
        "op": "gte",
        "value": 1,
        "where": [{"field": "city", "op": "is", "value": "suzhou"}],
    }
    no_mail = {
        "relation": "contact_points",
        "measure": "count",
        "op": "eq",
        "value": 0,
        "where": [{"field": "kind", "op": "in", "value": ["email"]}],
    }
    assert names({"all": [suzhou]}) == [ADA]
    assert names({"all": [no_mail]}) == [ACME, WANG, PERCENT, SLASH, NOBODY]


def test_orders_and_answers_are_subjects_of_their_own(company: Company) -> None:
    lines = {"relation": "lines", "measure": "sum", "of": "quantity", "op": "gte", "value": 20}
    open_one = {"field": "open_amount", "op": "eq", "value": "0.01"}
    order = parse_rule("order", {"version": 1, "root": {"any": [lines, open_one]}})
    two_lines = [one for one in Order.objects.order_by("pk") if one.lines.count() == 2]
    assert len(two_lines) == 3
    assert list(order.narrow(Order.objects.order_by("pk"), now=NOW)) == two_lines
    answer = parse_rule(
        "answer", {"version": 1, "root": {"all": [{"field": "customer_stage", "op": "in", "value": ["loyal"]}]}}
    )
    assert answer.narrow(SurveyAnswer.objects.all()).count() == 2


def test_a_rule_is_one_query_and_a_field_rule_has_no_join_of_ours(
    company: Company, django_assert_num_queries: Any
) -> None:
    both = {
        "any": [
            ORDERS,
            {**ORDERS, "measure": "sum", "of": "total", "value": 5},
            {"field": "stage", "op": "in", "value": ["new"]},
        ]
    }
    rule = parse_rule("customer", {"version": 1, "root": both})
    with django_assert_num_queries(1):
        list(rule.narrow(Customer.objects.all()))
    sql = str(rule.narrow(Customer.objects.all()).query)
    assert sql.count('rule_rows" ON') == 1, "two figures over the same rows share one subquery"
    plain = parse_rule("customer", {"version": 1, "root": {"all": [{"field": "stage", "op": "in", "value": ["new"]}]}})
    assert "rule_rows" not in str(plain.narrow(Customer.objects.all()).query)


def test_every_measure_and_its_operators_exist_for_orders(company: Company) -> None:
    values = {"between": [1, 2], "last_days": 1, "older_days": 1, "next_days": 1, "during": "today"}
    for measure in MEASURES.values():
        for operator in DATES if measure.over == "moment" else NUMBERS:
            value: Any = values.get(operator.code, "2026-01-01" if measure.over == "moment" else 1)
            if measure.over == "moment" and operator.code == "between":
                value = ["2026-01-01", "2026-01-02"]
            leaf = {"relation": "orders", "measure": measure.code, "op": operator.code, "value": value}
            names({"all": [leaf | ({"of": "total"} if measure.over == "amount" else {})]})
