"""A small company whose records differ in everything rules can speak of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from customers.models import Customer, CustomerMetrics, CustomerScore
from tests.conftest import Cast
from tests.factories import records

NOW = dt.datetime(2026, 3, 15, 12, 0, tzinfo=dt.UTC)


@dataclass
class Company:
    """Customers with what belongs to them, and the keys that rules may name."""

    cast: Cast
    tags: list[Any]
    products: list[Any]

    @property
    def customers(self) -> list[Customer]:
        """Return everybody, with what the evaluator reads."""
        related = ("tags", "orders__lines", "orders__customer", "answers")
        return list(
            Customer.objects.select_related("organisation", "metrics", "score")
            .prefetch_related(*related)
            .order_by("pk")
        )

    @property
    def keys(self) -> dict[str, list[int]]:
        """Return the keys of people, tags and products."""
        return {
            "owner": [self.cast.owner.pk, self.cast.outsider.pk],
            "tags": [*(tag.pk for tag in self.tags), 2**62],
            "products": [product.pk for product in self.products],
        }


def _customers(cast: Cast) -> list[Any]:
    acme = records.CustomerFactory(name="Acme", kind="organisation", owner=cast.owner, stage="loyal")
    made = [
        acme,
        records.CustomerFactory(name="Ada", country="Germany", stage="new", owner=cast.owner, reference="R-1"),
        records.CustomerFactory(name="Wang 王", organisation=acme, stage="loyal", owner=cast.outsider),
        records.CustomerFactory(name="100%", country="germany", birth_date=dt.date(2026, 3, 15), owner=None),
        records.CustomerFactory(name="x\\y_z", country="China", birth_date=dt.date(2026, 1, 31), stage="churned"),
        records.CustomerFactory(name="Nobody's", birth_date=dt.date(1960, 2, 29), owner=cast.owner),
    ]
    for days, customer in zip((0, 1, 5, 30, 90, 400), made, strict=True):
        Customer.objects.filter(pk=customer.pk).update(created_at=NOW - dt.timedelta(days=days))
    CustomerMetrics.objects.filter(customer=made[0]).update(
        orders_count=3, net_revenue=Decimal("99.99"), last_order_at=NOW - dt.timedelta(days=5)
    )
    CustomerMetrics.objects.filter(customer=made[1]).update(orders_count=2, net_revenue=-3, last_order_at=NOW)
    CustomerScore.objects.filter(customer=made[0]).update(segment="champion", p_alive=0.5)
    CustomerScore.objects.filter(customer=made[2]).update(segment="at_risk", p_alive=0.25)
    CustomerMetrics.objects.filter(customer=made[4]).delete()
    CustomerScore.objects.filter(customer=made[5]).delete()
    return made


def _orders(cast: Cast, made: list[Any], products: list[Any]) -> None:
    facts: list[tuple[int, int, Any, dict[str, Any]]] = [
        (0, 1, 100, {}),
        (0, 60, 50, {"channel": "Ada"}),
        (0, 61, "50.01", {"paid_total": 50}),
        (0, 5, 900, {"status": "cancelled"}),
        (1, 0, 3, {"status": "completed"}),
        (1, 30, "99.99", {}),
        (1, 31, -20, {"kind": "credit"}),
        (2, 400, 250, {"channel": "ada"}),
        (3, -2, 12, {}),
    ]
    for number, (at, days, total, more) in enumerate(facts):
        order = records.OrderFactory(customer=made[at], ordered_at=NOW - dt.timedelta(days=days), total=total, **more)
        for product in products[: number % 3]:
            records.OrderLineFactory(order=order, product=product)
    records.OrderFactory(customer=None, total=77, ordered_at=NOW)
    records.OrderFactory(customer=made[5], owner=cast.outsider, ordered_at=NOW - dt.timedelta(days=90))


@pytest.fixture
def company(cast: Cast) -> Company:
    """Return the company, as of NOW."""
    tags = [records.TagFactory(name=name) for name in ("VIP", "Press", "Unused")]
    products = [records.ProductFactory(name="Desk"), records.ProductFactory(name="Lamp")]
    made = _customers(cast)
    made[0].tags.add(tags[0], tags[1])
    made[1].tags.add(tags[0])
    _orders(cast, made, products)
    for at, days, score, comment in ((0, 1, 9, ""), (0, 90, 6, "a"), (1, 5, 7, "Ada"), (4, 365, 0, "x\\")):
        records.SurveyAnswerFactory(
            customer=made[at], score=score, comment=comment, answered_at=NOW - dt.timedelta(days=days)
        )
    return Company(cast, tags, products)
