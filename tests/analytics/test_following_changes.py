"""Live figures follow every change of a record through the outbox."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from analytics.models import FirstOrderDay, RfmSlice, SalesDay, SurveyDay
from customers.models import CustomerMetrics, CustomerScore
from customers.services import change_customer
from sales.models import Order
from sales.services.ordering import cancel_order, change_order, place_order
from service.services.surveying import change_answer, record_answer
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

Follow = Callable[[], int]
AT = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def placed(customer: Any, total: int = 100, **facts: Any) -> Order:
    """Place an order as people do."""
    return place_order({"customer": customer, "total": total, "ordered_at": AT, **facts}, [], None)


def metrics(customer: Any) -> tuple[int, int]:
    """Return a customer's orders and net revenue."""
    found = CustomerMetrics.objects.get(customer=customer)
    return found.orders_count, int(found.net_revenue)


def sales() -> dict[dt.date, tuple[int, int]]:
    """Return orders and order revenue by day."""
    return {one.day: (one.orders, int(one.order_revenue)) for one in SalesDay.objects.all()}


def test_an_order_counts_after_commit_and_twice_delivered_counts_once(follow: Follow) -> None:
    customer = records.CustomerFactory()
    order = placed(customer)
    assert metrics(customer) == (0, 0)
    follow()
    assert metrics(customer) == (1, 100)
    assert sales() == {AT.date(): (1, 100)}
    assert list(FirstOrderDay.objects.values_list("day", "customers")) == [(AT.date(), 1)]
    from analytics.handlers import follow_order
    from sales.events import OrderPlaced

    follow_order(OrderPlaced(order_id=order.pk))
    assert metrics(customer) == (1, 100)
    assert sales() == {AT.date(): (1, 100)}


def test_a_changed_order_leaves_its_former_customer_and_day(follow: Follow) -> None:
    former, later = records.CustomerFactory(), records.CustomerFactory()
    order = placed(former)
    follow()
    moved = AT + dt.timedelta(days=40)
    change_order(order, order.version, {"customer": later, "ordered_at": moved, "total": 70}, None)
    follow()
    assert metrics(former) == (0, 0)
    assert metrics(later) == (1, 70)
    assert sales() == {moved.date(): (1, 70)}
    assert list(FirstOrderDay.objects.values_list("day", "customers")) == [(moved.date(), 1)]


def test_a_former_day_named_in_a_far_zone_is_still_found(follow: Follow) -> None:
    from django.utils import timezone

    order = placed(records.CustomerFactory(), ordered_at=dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC))
    follow()
    with timezone.override("Pacific/Kiritimati"):
        change_order(order, order.version, {"ordered_at": AT + dt.timedelta(days=40)}, None)
    follow()
    assert list(sales()) == [(AT + dt.timedelta(days=40)).date()]


def test_a_cancelled_order_counts_nowhere(follow: Follow) -> None:
    customer = records.CustomerFactory()
    order = placed(customer)
    follow()
    cancel_order(order, order.version, None)
    follow()
    assert metrics(customer) == (0, 0)
    assert not SalesDay.objects.exists()
    assert not FirstOrderDay.objects.exists()


def test_an_answer_counts_and_a_corrected_one_replaces_it(follow: Follow) -> None:
    survey, customer = records.SurveyFactory(kind="nps"), records.CustomerFactory()
    answer = record_answer(survey, customer, 4, None, answered_at=AT)
    follow()
    assert list(SurveyDay.objects.values_list("score", "answers")) == [(4, 1)]
    change_answer(answer, answer.version, {"score": 9}, None)
    follow()
    assert list(SurveyDay.objects.values_list("score", "answers")) == [(9, 1)]
    assert CustomerMetrics.objects.get(customer=customer).last_nps == 9


def test_figures_move_with_the_customer_to_a_new_owner(follow: Follow, cast: Cast) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    placed(customer)
    CustomerScore.objects.filter(customer=customer).update(r=5, f=5, m=5, segment="champion")
    follow()
    change_customer(customer, customer.version, {"owner": cast.outsider}, None)
    follow()
    assert FirstOrderDay.objects.get().owner_id == cast.outsider.pk
    assert RfmSlice.objects.get().owner_id == cast.outsider.pk
