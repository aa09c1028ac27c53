"""Figures of sales: from counted orders and credits, by their own days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, FloatField, Q, Sum
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period, within
from analytics.kpis.registry import Kpi, Source, exact, register_kpi
from analytics.kpis.slots import sum_over
from analytics.models import SalesDay
from crm_site.lib.statistics import Estimate, mean_interval
from sales.choices import OrderKind, OrderStatus
from sales.lists import order_list
from sales.models import Order

if TYPE_CHECKING:
    from crm_site.staff.models import User

COUNTED = [status for status in OrderStatus.values if status != OrderStatus.CANCELLED]


@dataclass(frozen=True)
class Sales:
    """What came in during a period, in the base currency."""

    orders: int = 0
    order_revenue: Decimal = Decimal(0)
    order_squares: float = 0.0
    credits: int = 0
    credit_revenue: Decimal = Decimal(0)
    walk_ins: int = 0


def load_sales(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Sales]:
    """Return the sales of each period that the reader may see."""
    columns = tuple(Sales.__dataclass_fields__)
    summed = sum_over(part.of(SalesDay.objects.visible_to(user)), columns, periods)
    return [Sales(**rows[0]) if rows else Sales() for rows in summed]


def recount_sales(user: User, period: Period, part: Part = EVERYTHING) -> Sales:
    """Return the sales of a period from the documents themselves."""
    rows = within(part.of(Order.objects.visible_to(user).counted()), "ordered_at", period)
    order, credit = Q(kind=OrderKind.ORDER), Q(kind=OrderKind.CREDIT)
    total = F("base_total")
    found = rows.aggregate(
        orders=Count("pk", filter=order),
        order_revenue=Coalesce(Sum(total, filter=order), Decimal(0)),
        order_squares=Coalesce(Sum(Cast(total, FloatField()) * Cast(total, FloatField()), filter=order), 0.0),
        credits=Count("pk", filter=credit),
        credit_revenue=Coalesce(Sum(total, filter=credit), Decimal(0)),
        walk_ins=Count("pk", filter=order & Q(customer=None)),
    )
    return Sales(**found)


SALES = Source("sales", "sales", load_sales, recount=recount_sales)


def revenue(sales: Sales) -> Estimate:
    """Return net revenue: orders less credits. n counts the documents."""
    return exact(sales.order_revenue + sales.credit_revenue, sales.orders + sales.credits)


def orders(sales: Sales) -> Estimate:
    """Return the number of orders; credits are none. A period without documents has no orders rather than no value."""
    return Estimate(float(sales.orders), None, None, sales.orders)


def average_order(sales: Sales) -> Estimate:
    """Return the mean total of orders with its interval."""
    return mean_interval(sales.orders, float(sales.order_revenue), sales.order_squares)


def _documents(period: Period) -> str:
    return order_list.url(date=period.shown, status=COUNTED, sort="-date")


def _orders(period: Period) -> str:
    return order_list.url(date=period.shown, status=COUNTED, kind=OrderKind.ORDER.value, sort="-date")


register_kpi(
    Kpi(
        code="revenue",
        title=_("Net revenue"),
        unit="money",
        source=SALES,
        figure=revenue,
        definition=_(
            "The totals of all orders less the credits dated in the period, in the base currency. Cancelled documents "
            "count nowhere; sales without a customer count. n is the number of documents."
        ),
        query="SELECT sum(order_revenue + credit_revenue), sum(orders + credits)\nFROM analytics_salesday\n"
        "WHERE day >= :from AND day < :to AND <your scope>",
        rows=_documents,
    )
)
register_kpi(
    Kpi(
        code="orders",
        title=_("Orders"),
        unit="count",
        source=SALES,
        figure=orders,
        definition=_("Orders dated in the period that are not cancelled. Credits are no orders."),
        query="SELECT sum(orders)\nFROM analytics_salesday\nWHERE day >= :from AND day < :to AND <your scope>",
        rows=_orders,
    )
)
register_kpi(
    Kpi(
        code="average_order",
        title=_("Average order"),
        unit="money",
        source=SALES,
        figure=average_order,
        definition=_(
            "The mean total of the orders of the period, before credits, in the base currency. The interval is "
            "Student's t at 95 %: where the mean of such orders would lie if the period came again."
        ),
        query="SELECT sum(order_revenue) / sum(orders), sum(order_squares)\nFROM analytics_salesday\n"
        "WHERE day >= :from AND day < :to AND <your scope>",
        rows=_orders,
    )
)
