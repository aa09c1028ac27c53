"""Figures of customer value: what customers are expected to bring."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import NOTHING, Kpi, Source, exact, register_kpi
from analytics.models import ValueDoubt, ValueSlice
from crm_site.lib.statistics import Z95, Estimate
from customers.lists import customer_list

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class ValuePart:
    """Customers of one tier and bin."""

    tier: str
    bin: int
    customers: int
    clv: Decimal
    alive: float | None
    purchases: float | None


@dataclass(frozen=True)
class Values:
    """The valued customers a reader may see; `margin` is half the width of the sum's interval, None without a model."""

    parts: list[ValuePart] = field(default_factory=list)
    margin: float | None = None

    @property
    def customers(self) -> int:
        """Return how many customers have a value."""
        return sum(part.customers for part in self.parts)

    @property
    def clv(self) -> Decimal:
        """Return the summed lifetime value."""
        return sum((part.clv for part in self.parts), Decimal(0))


def load_values(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Values]:
    """Return the latest values, whatever the period."""
    names = ("tier", "bin", "customers", "clv", "alive", "purchases")
    parts: dict[tuple[str, int], ValuePart] = {}
    for row in part.of(ValueSlice.objects.visible_to(user)).values_list(*names):
        new = ValuePart(*row)
        old = parts.get((new.tier, new.bin))
        parts[new.tier, new.bin] = _joined(old, new) if old else new
    found = Values(sorted(parts.values(), key=lambda part: part.bin), _margin(user, part))
    return [found for _period in periods]


def _joined(one: ValuePart, other: ValuePart) -> ValuePart:
    alive = None if one.alive is None or other.alive is None else one.alive + other.alive
    purchases = None if one.purchases is None or other.purchases is None else one.purchases + other.purchases
    return ValuePart(one.tier, one.bin, one.customers + other.customers, one.clv + other.clv, alive, purchases)


def _margin(user: User, part: Part) -> float | None:
    """Return 1.96 standard deviations of the sum: the customers' own chance and the parameters' error."""
    rows = list(part.of(ValueDoubt.objects.visible_to(user)).values_list("variance", "loadings"))
    if not rows:
        return None
    loadings = [math.fsum(column) for column in zip(*(row[1] for row in rows), strict=True)]
    variance = math.fsum(row[0] for row in rows) + math.fsum(loading**2 for loading in loadings)
    return Z95 * math.sqrt(variance)


VALUES = Source("values", "customers", load_values, periodic=False, fresh="clv")


def total_value(values: Values) -> Estimate:
    """Return the summed lifetime value with its interval."""
    n, total, margin = values.customers, float(values.clv), values.margin
    if not n:
        return NOTHING
    if margin is None:
        return exact(total, n)
    return Estimate(total, max(total - margin, min(total, 0.0)), total + margin, n)


def mean_value(values: Values) -> Estimate:
    """Return the lifetime value per customer with its interval."""
    total = total_value(values)
    return total.scaled(1 / total.n) if total.n else NOTHING


def active_customers(values: Values) -> Estimate:
    """Return how many customers are expected to be active still: the sum of their probabilities."""
    parts = [part for part in values.parts if part.alive is not None]
    return exact(math.fsum(part.alive or 0.0 for part in parts), sum(part.customers for part in parts))


def _valued(period: Period) -> str:
    return customer_list.url(valued=["yes"], sort="-clv")


register_kpi(
    Kpi(
        code="clv",
        title=_("Lifetime value"),
        unit="money",
        source=VALUES,
        figure=total_value,
        definition=_(
            "What the customers are expected to bring in the next twelve months, discounted by month: expected "
            "purchases (BG/NBD) times expected spend (Gamma-Gamma) times margin. The interval (95 %) holds both the "
            "chance of each customer's purchases and the error of the model's parameters."
        ),
        query="SELECT sum(clv), sum(customers)\nFROM analytics_valueslice\nWHERE <your scope>",
        rows=_valued,
    )
)
register_kpi(
    Kpi(
        code="clv_mean",
        title=_("Value per customer"),
        unit="money",
        source=VALUES,
        figure=mean_value,
        definition=_(
            "The customer lifetime value of the next twelve months, divided by the number of valued customers. Its "
            "interval is that of the sum."
        ),
        query="SELECT sum(clv) / sum(customers)\nFROM analytics_valueslice\nWHERE <your scope>",
        rows=_valued,
    )
)
register_kpi(
    Kpi(
        code="active_customers",
        title=_("Active customers"),
        unit="count",
        source=VALUES,
        figure=active_customers,
        definition=_(
            "How many customers are expected to be active still: the sum of P(alive), the probability that each has "
            "not left for good. n is the number of customers with a probability."
        ),
        query="SELECT sum(alive), sum(customers)\nFROM analytics_valueslice\nWHERE <your scope>",
        rows=_valued,
    )
)
