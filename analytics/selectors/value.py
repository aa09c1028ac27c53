"""What the Customer value dashboard reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db.models import Sum

from analytics.constants import ROUND_EDGES, VALUE_EDGES
from analytics.kpis.values import ValuePart, Values
from analytics.models import RfmSlice
from customers.choices import Tier

if TYPE_CHECKING:
    from crm_site.staff.models import User

PARETO_STEP = 5


@dataclass(frozen=True)
class RfmCell:
    """Customers with one pair of recency and frequency scores."""

    r: int
    f: int
    segment: str
    customers: int
    revenue: Decimal


@dataclass(frozen=True)
class Bar:
    """Customers whose value lies from `low` up to, not including, `high`; an open end is None."""

    low: Decimal | None
    high: Decimal | None
    customers: int


@dataclass(frozen=True)
class TierTotal:
    """One tier's customers and value, and their shares of all, None of nothing."""

    tier: Tier
    customers: int
    clv: Decimal
    customer_share: float | None
    clv_share: float | None


def rfm_cells(user: User) -> list[RfmCell]:
    """Return the scored customers the reader may see, by recency and frequency."""
    rows = RfmSlice.objects.visible_to(user).order_by().values("r", "f", "segment")
    summed = rows.annotate(total=Sum("customers"), money=Sum("revenue"))
    return [RfmCell(*row) for row in summed.values_list("r", "f", "segment", "total", "money").order_by("r", "f")]


def histogram(values: Values) -> list[Bar]:
    """Return the customers between round values, from the lowest to the highest that occur."""
    edges: list[Decimal | None] = [None, *ROUND_EDGES, None]
    bars = [Bar(low, high, 0) for low, high in pairwise(edges)]
    counts = [0] * len(bars)
    for part in values.parts:
        low = VALUE_EDGES[part.bin - 1] if part.bin else None
        place = 0 if low is None else sum(edge <= low for edge in ROUND_EDGES)
        counts[place] += part.customers
    filled = [place for place, count in enumerate(counts) if count]
    if not filled:
        return []
    return [Bar(bars[at].low, bars[at].high, counts[at]) for at in range(filled[0], filled[-1] + 1)]


def pareto(values: Values) -> list[tuple[int, float]]:
    """Return how many per cent of the value the best 5, 10 … 100 per cent of customers bring.

    Exact at the edges of the bins, and straight in between; negative values are outside the sum.
    """
    parts = sorted((part for part in values.parts if part.clv > 0), key=lambda part: -part.bin)
    total, customers = sum(float(part.clv) for part in parts), values.customers
    if not total or not customers:
        return []
    points, head, money = [(0.0, 0.0)], 0, 0.0
    for part in parts:
        head, money = head + part.customers, money + float(part.clv)
        points.append((100 * head / customers, 100 * money / total))
    points.append((100.0, 100.0))
    return [(step, _between(points, step)) for step in range(PARETO_STEP, 101, PARETO_STEP)]


def _between(points: Sequence[tuple[float, float]], x: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if x <= right:
            return high if right == left else low + (high - low) * (x - left) / (right - left)
    return points[-1][1]


def tier_totals(values: Values) -> list[TierTotal]:
    """Return the tiers from the highest; shares are of customers with a tier, and of positive value."""
    known: dict[str, list[ValuePart]] = {tier.value: [] for tier in Tier}
    for part in values.parts:
        if part.tier:
            known[part.tier].append(part)
    everybody = sum(part.customers for parts in known.values() for part in parts)
    positive = sum(float(part.clv) for parts in known.values() for part in parts if part.clv > 0)
    return [_tier_total(tier, known[tier.value], everybody, positive) for tier in Tier]


def _tier_total(tier: Tier, parts: list[ValuePart], everybody: int, positive: float) -> TierTotal:
    customers, clv = sum(part.customers for part in parts), sum((part.clv for part in parts), Decimal(0))
    share = customers / everybody if everybody else None
    return TierTotal(tier, customers, clv, share, float(clv) / positive if positive else None)
