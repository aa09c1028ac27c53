import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from analytics.models import FirstOrderDay, SalesDay, SurveyDay
from analytics.services import columns, figures, rebuilding
from crm_site.events.delivering import deliver_pending
from crm_site.events.publishing import publish_batch
from crm_site.jobs.context import JobContext, JobLostError
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.starting import start_job
from customers.models import CustomerMetrics
from sales.choices import OrderKind, OrderStatus
from sales.events import OrdersImported
from service.events import AnswersImported
from tests.factories import records

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 10)


def at(day: dt.date = DAY, hour: int = 12) -> dt.datetime:
    """Return an hour of a day in UTC."""
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


def order(total: int = 100, **facts: Any) -> Any:
    """Place an order."""
    return records.OrderFactory(total=total, base_total=total, **{"ordered_at": at(), **facts})


def places() -> list[tuple[Any, ...]]:
    """Return where each row of counters lies, and who locked it last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer_id, ctid::text, xmax::text FROM customers_customermetrics ORDER BY 1")
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def test_a_rebuild_counts_what_counts(work: Any) -> None:
    customer = records.CustomerFactory()
    order(100, customer=customer)
    order(60, customer=customer, ordered_at=at(DAY + dt.timedelta(days=1)))
    order(999, customer=customer, status=OrderStatus.CANCELLED)
    order(-30, customer=customer, kind=OrderKind.CREDIT)
    order(40, customer=None)
    records.SurveyAnswerFactory(customer=customer, score=3, answered_at=at())
    records.SurveyAnswerFactory(customer=customer, score=9, answered_at=at(DAY + dt.timedelta(days=2)))
    work("metrics")
    metrics = CustomerMetrics.objects.get(customer=customer)
    assert (metrics.orders_count, metrics.credits_count, metrics.net_revenue) == (2, 1, Decimal(130))
    assert metrics.first_order_at == at()
    assert metrics.last_order_key == int(at(DAY + dt.timedelta(days=1)).timestamp())
    assert (metrics.last_nps, metrics.last_csat) == (9, None)
    first = SalesDay.objects.get(day=DAY)
    assert (first.orders, first.order_revenue, first.order_squares) == (2, Decimal(140), 11600.0)
    assert (first.credits, first.credit_revenue, first.walk_ins) == (1, Decimal(-30), 1)
    assert list(FirstOrderDay.objects.values_list("day", "customers", "repeaters")) == [(DAY, 1, 1)]
    assert list(SurveyDay.objects.order_by("score").values_list("score", "answers")) == [(3, 1), (9, 1)]


def test_facts_of_vanished_records_vanish_and_a_second_rebuild_changes_nothing(work: Any) -> None:
    records.SalesDayFactory(day=dt.date(2001, 5, 5), orders=7)
    order()
    work("metrics")
    assert list(SalesDay.objects.values_list("day", "orders")) == [(DAY, 1)]
    assert work("metrics").result["changed"] == 0
    assert list(SalesDay.objects.values_list("day", "orders")) == [(DAY, 1)]


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_that_finds_everything_counted_locks_and_writes_no_customer(work: Any) -> None:
    customer = records.CustomerFactory()
    order(customer=customer)
    CustomerMetrics.objects.filter(customer=records.CustomerFactory()).delete()
    assert work("metrics").result["changed"] == 1
    assert CustomerMetrics.objects.count() == 2
    CustomerMetrics.objects.update(last_nps=9)
    assert work("metrics").result["changed"] == 2
    before = places()
    assert work("metrics").result["changed"] == 0
    assert places() == before


def test_days_begin_in_the_organisations_zone(work: Any, settings: Any) -> None:
    settings.ORGANISATION_TIME_ZONE = "Asia/Shanghai"
    order(ordered_at=dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC))
    records.SurveyAnswerFactory(answered_at=dt.datetime(2026, 3, 10, 15, 59, tzinfo=dt.UTC))
    work("metrics")
    assert SalesDay.objects.get().day == dt.date(2026, 3, 11)
    assert FirstOrderDay.objects.get().day == dt.date(2026, 3, 11)
    assert SurveyDay.objects.get().day == dt.date(2026, 3, 10)


def test_a_resumed_run_goes_on_after_its_last_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "CHUNK", 2)
    for _number in range(5):
        order()
    run = start_job("metrics", wake=False)
    JobRun.objects.filter(pk=run.pk).update(state=JobState.RUNNING, attempt=1)
    run.refresh_from_db()
    first = JobContext(run)
    done: list[int] = []
    refresh = figures.refresh_customers

    def lose_after_one(ids: list[int], *, with_days: bool) -> int:
        if done:
            JobRun.objects.filter(pk=run.pk).update(attempt=2)
        done.append(len(ids))
        return refresh(ids, with_days=with_days)

    monkeypatch.setattr(rebuilding, "refresh_customers", lose_after_one)
    with pytest.raises(JobLostError):
        rebuilding.rebuild(first)
    assert CustomerMetrics.objects.filter(orders_count=1).count() == 2
    monkeypatch.setattr(rebuilding, "refresh_customers", refresh)
    run.refresh_from_db()
    again = rebuilding.rebuild(JobContext(run))
    assert CustomerMetrics.objects.filter(orders_count=1).count() == 5
    assert again["customers"] == 5


def test_an_import_starts_one_rebuild_of_its_own_and_scores_follow_orders() -> None:
    from django.db import transaction

    with transaction.atomic():
        publish_batch(OrdersImported(count=3, source="import:1"))
        publish_batch(AnswersImported(count=3, source="import:2"))
    deliver_pending()
    assert sorted(JobRun.objects.values_list("name", "params__cause")) == [
        ("metrics", "orders:import:1"),
        ("metrics", "records:import:2"),
    ]
    from crm_site.jobs.running import run_job

    for run in JobRun.objects.all():
        run_job(run.pk)
    assert sorted(JobRun.objects.values_list("name", flat=True)) == [
        "clv", "health", "health", "lifecycle", "lifecycle", "metrics", "metrics", "rfm",
    ]  # fmt: skip


def test_columns_survive_every_size() -> None:
    empty = columns.read_columns("SELECT 1 AS a, 2.5 AS b WHERE false", [], {"a": "int", "b": "float"})
    assert (len(empty["a"]), len(empty["b"])) == (0, 0)
    rows = columns.read_columns(
        "SELECT g AS a, g / 4.0 AS b FROM generate_series(1, %s) g", [3], {"a": "int", "b": "float"}
    )
    assert rows["a"].tolist() == [1, 2, 3]
    assert rows["b"].tolist() == [0.25, 0.5, 0.75]


def test_counting_everybody_at_once_finds_what_the_job_finds(work: Any) -> None:
    customer, silent = records.CustomerFactory(), records.CustomerFactory()
    order(100, customer=customer)
    order(60, customer=customer, ordered_at=at(DAY + dt.timedelta(days=1)))
    order(-30, customer=customer, kind=OrderKind.CREDIT)
    records.SurveyAnswerFactory(customer=customer, score=3, answered_at=at())
    assert figures.count_everybody() == 1
    metrics = CustomerMetrics.objects.get(customer=customer)
    assert (metrics.orders_count, metrics.net_revenue, metrics.last_nps) == (2, Decimal(130), 3)
    assert CustomerMetrics.objects.get(customer=silent).orders_count == 0
    assert figures.refresh_customers([customer.pk, silent.pk]) == 0
