"""Figures of customers: who came, and who came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi, Source, register_kpi
from analytics.kpis.slots import sum_over
from analytics.models import FirstOrderDay
from crm_site.lib.statistics import Estimate, wilson
from customers.lists import customer_list

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Buyers:
    """Customers by their first order, and those of them who have ordered again since."""

    customers: int = 0
    repeaters: int = 0


def load_first_orders(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Buyers]:
    """Return the customers whose first order fell in each period."""
    summed = sum_over(part.of(FirstOrderDay.objects.visible_to(user)), ("customers", "repeaters"), periods)
    return [Buyers(**rows[0]) if rows else Buyers() for rows in summed]


def load_all_buyers(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Buyers]:
    """Return all customers with an order, whatever the period."""
    found = part.of(FirstOrderDay.objects.visible_to(user)).aggregate(
        customers=Sum("customers"), repeaters=Sum("repeaters")
    )
    buyers = Buyers(found["customers"] or 0, found["repeaters"] or 0)
    return [buyers for _period in periods]


FIRST_ORDERS = Source("first_orders", "customers", load_first_orders)
ALL_BUYERS = Source("buyers", "customers", load_all_buyers, periodic=False)


def counted(buyers: Buyers) -> Estimate:
    """Return the number of customers."""
    return Estimate(float(buyers.customers), None, None, buyers.customers)


def repeat_rate(buyers: Buyers) -> Estimate:
    """Return the share of customers who ordered again, in per cent."""
    return wilson(buyers.repeaters, buyers.customers).scaled(100)


def _all(period: Period) -> str:
    return customer_list.url(orders=(1, None), sort="-revenue")


register_kpi(
    Kpi(
        code="new_customers",
        title=_("New customers"),
        unit="count",
        source=FIRST_ORDERS,
        figure=counted,
        definition=_(
            "Customers whose first order is dated in the period. Cancelled orders and sales without a customer "
            "make nobody a customer."
        ),
        query="SELECT sum(customers)\nFROM analytics_firstorderday\nWHERE day >= :from AND day < :to AND <your scope>",
        rows=lambda period: customer_list.url(first_order=period.shown, orders=(1, None), sort="-revenue"),
    )
)
register_kpi(
    Kpi(
        code="customers",
        title=_("Customers who ordered"),
        unit="count",
        source=ALL_BUYERS,
        figure=counted,
        definition=_("Customers with at least one order that is not cancelled, as it stands now, whatever the period."),
        query="SELECT sum(customers)\nFROM analytics_firstorderday\nWHERE <your scope>",
        rows=_all,
    )
)
register_kpi(
    Kpi(
        code="repeat_rate",
        title=_("Repeat customers"),
        unit="percent",
        source=ALL_BUYERS,
        figure=repeat_rate,
        definition=_(
            "The share of customers with two orders or more among those with one or more, as it stands now, whatever "
            "the period. The interval is Wilson's at 95 %."
        ),
        query="SELECT sum(repeaters), sum(customers)\nFROM analytics_firstorderday\nWHERE <your scope>",
        rows=_all,
    )
)
