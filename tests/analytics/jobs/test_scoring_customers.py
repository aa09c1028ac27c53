import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db import connection

from analytics.estimation import rfm
from analytics.models import RfmSlice
from crm_site.jobs.context import JobCancelledError, JobContext, JobLostError
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.starting import start_job
from customers.models import Customer, CustomerScore
from sales.choices import OrderKind, OrderStatus
from tests.factories import records

pytestmark = pytest.mark.django_db

AT = dt.date(2026, 6, 30)
# The reference's vector: days since the last order, orders, revenue, expected scores.
VECTOR = {
    "A": (1, 12, 900, "555"), "B": (3, 8, 640, "454"), "C": (3, 1, 40, "411"), "D": (10, 4, 300, "443"),
    "E": (15, 1, 25, "311"), "F": (30, 2, 300, "333"), "G": (45, 1, 80, "312"), "H": (60, 6, 1200, "245"),
    "I": (90, 1, 15, "211"), "J": (120, 3, 210, "133"), "K": (200, 1, 60, "112"), "L": (365, 2, 110, "133"),
}  # fmt: skip


def noon(day: dt.date) -> dt.datetime:
    """Return noon of a day."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def customer_with_orders(name: str, days: int, orders: int, revenue: int) -> Customer:
    """Make a customer whose last order is so many days old, the rest earlier."""
    customer: Customer = records.CustomerFactory(name=name)
    for number in range(orders):
        total = revenue - (orders - 1) * 10 if number == 0 else 10
        at = noon(AT - dt.timedelta(days=days + number))
        records.OrderFactory(customer=customer, total=total, base_total=total, ordered_at=at)
    return customer


def scores() -> dict[str, str]:
    """Return each customer's three scores as one word."""
    rows = CustomerScore.objects.exclude(r=None).values_list("customer__name", "r", "f", "m")
    return {name: f"{r}{f}{m}" for name, r, f, m in rows}


def test_the_vector_of_the_reference_comes_out_through_the_database(work: Any) -> None:
    for name, (days, orders, revenue, _expected) in VECTOR.items():
        customer_with_orders(name, days, orders, revenue)
    result = work("rfm", {"at": AT.isoformat()}).result
    assert scores() == {name: expected for name, (*_rest, expected) in VECTOR.items()}
    assert result["customers"] == 12
    assert sum(result["segments"].values()) == 12
    assert sum(RfmSlice.objects.values_list("customers", flat=True)) == 12


def test_orders_after_the_day_and_cancelled_ones_are_ignored_and_credits_lower_revenue(work: Any) -> None:
    customer = customer_with_orders("A", 5, 2, 100)
    records.OrderFactory(customer=customer, ordered_at=noon(AT + dt.timedelta(days=1)))
    records.OrderFactory(customer=customer, ordered_at=noon(AT), status=OrderStatus.CANCELLED)
    records.OrderFactory(customer=customer, ordered_at=noon(AT), kind=OrderKind.CREDIT, total=-90, base_total=-90)
    poorer = customer_with_orders("B", 5, 2, 50)
    work("rfm", {"at": AT.isoformat()})
    found = {one.customer_id: one for one in CustomerScore.objects.all()}
    assert found[customer.pk].r == found[poorer.pk].r
    assert found[customer.pk].f == found[poorer.pk].f
    assert (found[customer.pk].m, found[poorer.pk].m) == (1, 3)


def test_a_customer_without_orders_has_no_score_and_loses_one_it_had(work: Any) -> None:
    customer = customer_with_orders("A", 5, 1, 100)
    records.CustomerFactory(name="Never")
    work("rfm", {"at": AT.isoformat()})
    assert scores() == {"A": "111"}
    customer.orders.update(status=OrderStatus.CANCELLED)
    result = work("rfm", {"at": (AT + dt.timedelta(days=1)).isoformat()}).result
    assert scores() == {}
    assert CustomerScore.objects.get(customer=customer).segment == ""
    assert result["customers"] == 0
    assert not RfmSlice.objects.exists()


def test_a_walk_in_sale_scores_nobody(work: Any) -> None:
    records.OrderFactory(customer=None)
    assert work("rfm").result["customers"] == 0


def test_sql_scores_agree_with_numpy_on_ties(work: Any) -> None:
    random = np.random.default_rng(7)
    made = {}
    for number in range(60):
        days, orders = int(random.integers(1, 9)), int(random.integers(1, 4))
        revenue = 100 + 10 * int(random.integers(0, 5))
        made[customer_with_orders(f"C{number}", days, orders, revenue).pk] = (days, orders, revenue)
    work("rfm", {"at": AT.isoformat()})
    expected = np.column_stack(rfm.rfm_scores(*np.array(list(made.values())).T))
    found = {one.customer_id: (one.r, one.f, one.m) for one in CustomerScore.objects.all()}
    assert [found[pk] for pk in made] == [tuple(row) for row in expected.tolist()]


def test_tiers_agree_with_numpy_and_low_holds_what_is_not_positive(work: Any) -> None:
    values = [500, 300, 100, 50, 30, 20, 20, 0, -40]
    ids = []
    for value in values:
        customer = records.CustomerFactory()
        CustomerScore.objects.filter(customer=customer).update(clv=Decimal(value), clv_on=AT)
        ids.append(customer.pk)
    unvalued = records.CustomerFactory()
    result = work("value_tiers").result
    found = dict(CustomerScore.objects.values_list("customer_id", "tier"))
    assert [found[pk] for pk in ids] == rfm.value_tiers(ids, values).tolist()
    assert [found[pk] for pk in ids][-2:] == ["low", "low"]
    assert found[unvalued.pk] == ""
    assert result["tiers"]["high"]["customers"] == 3


def test_a_second_start_of_the_same_day_joins_the_first() -> None:
    first = start_job("rfm", {"at": "2026-06-30"}, wake=False)
    assert start_job("rfm", {"at": "2026-06-30"}, wake=False).pk == first.pk
    assert start_job("rfm", {"at": "2026-06-29"}, wake=False).pk != first.pk
    assert JobRun.objects.count() == 2


def running(name: str) -> JobContext:
    """Return a context of a run that is being worked."""
    run = start_job(name, wake=False)
    JobRun.objects.filter(pk=run.pk).update(state=JobState.RUNNING, attempt=1)
    run.refresh_from_db()
    return JobContext(run)


def test_a_cancelled_run_stops_between_chunks_and_writes_nothing_more() -> None:
    from analytics.services.scoring import score_customers

    customer_with_orders("A", 5, 1, 100)
    context = running("rfm")
    JobRun.objects.update(cancel_requested=True)
    with pytest.raises(JobCancelledError):
        score_customers(context, AT)
    assert scores() == {}


def test_a_run_that_was_taken_over_writes_nothing_more() -> None:
    from analytics.services.scoring import score_customers

    customer_with_orders("A", 5, 1, 100)
    context = running("rfm")
    JobRun.objects.update(attempt=2)
    with pytest.raises(JobLostError):
        score_customers(context, AT)
    assert scores() == {}


def test_an_unchanged_second_run_touches_no_row(work: Any) -> None:
    customer_with_orders("A", 5, 1, 100)
    work("rfm", {"at": AT.isoformat()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM customers_customerscore")
        before = cursor.fetchall()
        work("rfm", {"at": AT.isoformat()})
        cursor.execute("SELECT ctid::text FROM customers_customerscore")
        assert cursor.fetchall() == before
