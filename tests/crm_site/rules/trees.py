"""Random valid rules about customers, near enough to the records to be sometimes true."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from crm_site.rules.operators import DATES, MEASURES, NUMBERS, OPERATORS, Operator, Shape
from crm_site.rules.periods import PERIODS

TEXTS = st.sampled_from(
    ["Ada", "ada", "a", "Wang 王", "王", "Germany", "germ", "%", "_", "x\\", "R-1", "Acme", "'; --"]
)
NUMBERS_NEAR = st.one_of(
    st.integers(-3, 12), st.sampled_from(["2.5", "-2.5", "99.99", "100", "0.5", "66.666667", 250, 10**15])
)
SPANS = st.sampled_from([0, 1, 5, 30, 60, 90, 365, 36_500])
DAYS = st.dates(dt.date(2025, 11, 1), dt.date(2026, 4, 30)).map(str)
FIELDS = {
    "name": "text",
    "country": "text",
    "reference": "text",
    "organisation": "text",
    "birth_date": "date",
    "created": "moment",
    "last_order": "moment",
    "orders_count": "number",
    "revenue": "money",
    "alive": "number",
    "owner": "person",
    "tags": "tags",
    "stage": "choice",
    "segment": "choice",
}
CODES = {"stage": ["new", "loyal", "prospect"], "segment": ["champion", "at_risk"], "status": ["placed", "completed"]}
ORDER_FIELDS = {
    "total": "money",
    "ordered": "moment",
    "channel": "text",
    "open_amount": "number",
    "owner": "person",
    "products": "tags",
    "status": "choice",
    "customer_stage": "choice",
}
ANSWER_FIELDS = {"score": "number", "answered": "moment", "comment": "text"}


def values(operator: Operator, name: str, keys: dict[str, list[int]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return what may stand under `value` for an operator on a field."""
    several: dict[str, Any] = {"min_size": 1, "max_size": 3, "unique": True}
    wanted: dict[Shape, st.SearchStrategy[Any]] = {
        Shape.NOTHING: st.none(),
        Shape.TEXT: TEXTS,
        Shape.TEXTS: st.lists(TEXTS, **several),
        Shape.NUMBER: NUMBERS_NEAR,
        Shape.NUMBERS: st.tuples(st.integers(-5, 3), st.integers(3, 300)).map(list),
        Shape.DAY: DAYS,
        Shape.DAYS: st.lists(DAYS, min_size=2, max_size=2).map(sorted),
        Shape.SPAN: SPANS,
        Shape.PERIOD: st.sampled_from(sorted(PERIODS)),
        Shape.CODES: st.lists(st.sampled_from(CODES.get(name.removeprefix("customer_"), ["new"])), **several),
        Shape.KEYS: st.lists(st.sampled_from(keys.get(name, [1])), **several),
        Shape.PEOPLE: st.lists(st.sampled_from([*keys["owner"], "me"]), **several),
    }
    return wanted[operator.shape].map(lambda value: {} if value is None else {"value": value})


def condition(fields: dict[str, str], keys: dict[str, list[int]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return conditions on fields."""
    pairs = [(name, operator) for name, kind in fields.items() for operator in OPERATORS[kind]]
    return st.sampled_from(pairs).flatmap(
        lambda pair: values(pair[1], pair[0], keys).map(lambda given: {"field": pair[0], "op": pair[1].code, **given})
    )


def related(keys: dict[str, list[int]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return conditions on orders and answers."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> dict[str, Any]:
        name, fields, amounts = draw(
            st.sampled_from([("orders", ORDER_FIELDS, ["total", "open_amount"]), ("answers", ANSWER_FIELDS, ["score"])])
        )
        measure = draw(st.sampled_from(sorted(MEASURES.values(), key=lambda one: one.code)))
        operator = draw(st.sampled_from(DATES if measure.over == "moment" else NUMBERS))
        made: dict[str, Any] = {"relation": name, "measure": measure.code, "op": operator.code}
        if measure.over == "amount":
            made["of"] = draw(st.sampled_from(amounts))
        made |= draw(values(operator, "", keys))
        if draw(st.booleans()):
            made["within"] = draw(SPANS)
        if where := draw(st.lists(condition(fields, keys), max_size=2)):
            made["where"] = where
        return made

    return draw_one()


def rules(keys: dict[str, list[int]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return whole rules, up to three groups deep."""
    leaf = st.one_of(condition(FIELDS, keys), related(keys))
    tree = leaf
    for _level in range(3):
        tree = st.one_of(leaf, group(tree))
    return group(tree).map(lambda root: {"version": 1, "root": root})


def group(child: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return groups of such nodes."""
    return st.tuples(st.sampled_from(["all", "any", "not"]), st.lists(child, min_size=1, max_size=3)).map(
        lambda pair: {pair[0]: pair[1]}
    )
