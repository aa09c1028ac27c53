"""The demo company's sales: sums that add up, and a rhythm from which models learn."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.db.models import Count, F, Max, Min, Q, Sum

from customers.choices import Stage
from customers.models import Activity, Customer, CustomerScore
from sales.choices import OrderKind, OrderStatus
from sales.demo.money import in_base, written
from sales.demo.rhythm import Calendar, purchases
from sales.models import Order, OrderLine, Payment, Product
from sales.services import place_order
from sales.services.ordering import order_search_text
from tests.demo_company import DAY, company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_totals_are_the_sums_of_lines_and_payments() -> None:
    orders = Order.objects.annotate(summed=Sum("lines__amount"))
    assert orders.exclude(total=F("summed")).count() == 0
    paid = {
        row["order"]: row["summed"] for row in Payment.objects.values("order").annotate(summed=Sum("amount")).order_by()
    }
    assert len(paid) > 1000
    for pk, total in Order.objects.values_list("pk", "paid_total"):
        assert paid.get(pk, Decimal(0)) == total


def test_base_totals_are_rounded_as_the_service_rounds() -> None:
    for order in Order.objects.exclude(currency="EUR"):
        assert order.base_total == (order.total * order.exchange_rate).quantize(Decimal("0.0001"))
    assert Order.objects.filter(currency="EUR").exclude(exchange_rate=1).count() == 0
    assert Order.objects.values("currency").distinct().count() == 4


def test_credits_take_back_a_position_of_a_completed_order() -> None:
    credits = Order.objects.filter(kind=OrderKind.CREDIT).select_related("credited_order")
    assert credits.count() > 40
    for credit in credits:
        original = credit.credited_order
        assert original is not None and original.status == OrderStatus.COMPLETED
        assert credit.customer_id == original.customer_id
        assert credit.ordered_at > original.ordered_at
        assert -original.total <= credit.total < 0


def test_cancelled_orders_took_no_money() -> None:
    cancelled = Order.objects.filter(status=OrderStatus.CANCELLED)
    assert cancelled.count() > 20
    assert cancelled.exclude(paid_total=0).count() == 0
    assert Payment.objects.filter(order__status=OrderStatus.CANCELLED).count() == 0


def test_open_orders_are_the_fresh_and_the_unpaid() -> None:
    placed = Order.objects.filter(status=OrderStatus.PLACED)
    assert placed.count() > 20
    fresh = DAY - dt.timedelta(days=11)
    assert placed.filter(ordered_at__date__lt=fresh, paid_total=F("total")).count() == 0
    assert Order.objects.filter(status=OrderStatus.COMPLETED, paid_total__lt=F("total"), total__gt=0).count() == 0


def test_walk_in_sales_belong_to_nobody() -> None:
    walk_ins = Order.objects.filter(customer=None)
    assert walk_ins.count() > 60
    assert walk_ins.filter(Q(channel="Shop"), owner=None).count() == walk_ins.count()


def test_history_lasts_two_years_and_ends_before_the_day() -> None:
    days = Order.objects.aggregate(first=Min("ordered_at"), last=Max("ordered_at"))
    assert days["first"].date() < DAY - dt.timedelta(days=715)
    assert DAY - dt.timedelta(days=4) <= days["last"].date() < DAY
    assert Payment.objects.filter(paid_at__date__gte=DAY).count() == 0
    assert Order.objects.filter(ordered_at__lt=F("customer__created_at")).count() == 0


def test_there_are_enough_repeat_customers_to_fit_a_model() -> None:
    bought = Order.objects.orders().exclude(customer=None).values("customer").annotate(orders=Count("pk"))
    assert bought.filter(orders__gte=2).count() > 150
    assert CustomerScore.objects.filter(p_alive__lt=0.3).count() > 20
    assert CustomerScore.objects.filter(p_alive__gt=0.8).count() > 50
    assert CustomerScore.objects.filter(clv_low__isnull=False).count() > 200


def test_stages_follow_the_orders() -> None:
    counted = Count("orders", filter=Q(orders__kind=OrderKind.ORDER) & ~Q(orders__status=OrderStatus.CANCELLED))
    rows = Customer.objects.annotate(counted=counted)
    assert rows.filter(stage=Stage.PROSPECT).exclude(counted=0).count() == 0
    assert rows.exclude(stage=Stage.PROSPECT).filter(counted=0).count() == 0
    assert rows.filter(stage=Stage.NEW, counted__gte=8).count() == 0
    assert set(rows.values_list("stage", flat=True)) == set(Stage.values)


def test_an_order_reads_on_the_timeline_like_one_that_was_placed() -> None:
    demo = Order.objects.filter(kind=OrderKind.ORDER, customer__isnull=False, total__gt=0).earliest("pk")
    lines = [
        {"product": line.product, "quantity": line.quantity, "unit_price": line.unit_price}
        for line in demo.lines.select_related("product")
    ]
    facts = {"customer": demo.customer, "currency": demo.currency, "ordered_at": demo.ordered_at}
    placed = place_order(facts, lines, None)
    assert placed.total == demo.total
    told = [Activity.objects.get(verb="order.placed", subject_id=order.pk) for order in (demo, placed)]
    assert {**told[0].data, "number": ""} == {**told[1].data, "number": ""}
    assert told[0].data["number"] == demo.number
    same = ("customer_id", "occurred_at", "subject_kind", "actor_id", "body")
    assert [getattr(told[0], name) for name in same] == [getattr(told[1], name) for name in same]
    assert demo.search_text == order_search_text(demo)
    assert (demo.owner_id, demo.team_id) == (placed.owner_id, placed.team_id)


def test_numbers_follow_the_dates() -> None:
    numbers = Order.objects.order_by("ordered_at", "pk").values_list("number", flat=True)
    counters = [int(number.rpartition("-")[2]) for number in numbers]
    assert counters == sorted(counters)


def test_the_catalogue_has_sixty_products_in_both_scripts() -> None:
    assert Product.objects.count() == 60
    assert 15 < Product.objects.filter(name__regex="[一-鿿]").count() < 40
    assert OrderLine.objects.filter(product=None).count() == 0


def test_rates_of_purchase_decide_how_often_people_buy() -> None:
    chance = np.random.default_rng(1)
    calendar = Calendar(dt.date(2024, 1, 1), 730)
    few, _when = purchases(np.zeros(2000), calendar, 2.0, chance)
    people, seconds = purchases(np.zeros(2000), calendar, 8.0, chance)
    assert len(people) > 1.5 * len(few)
    assert (np.diff(seconds) >= 0).all()
    assert len(np.unique(people)) == 2000
    weekdays = np.bincount((seconds // 86_400) % 7, minlength=7)
    assert weekdays[6] < weekdays[:5].min() / 2


def test_whole_number_money_reads_and_rounds_like_decimals() -> None:
    assert (written(-15), written(123456), written(12_780_000, 100_000_000)) == ("-0.0015", "12.3456", "0.12780000")
    base = in_base(np.array([5, 15, -5]), np.array([10_000_000] * 3))
    assert base.tolist() == [0, 2, 0]
