"""RFM scores, segments and value tiers in NumPy: definitions as data, and how they are computed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Scores = NDArray[np.int64]

_CELLS: Final = {
    "hibernating": "11 12 21 22",
    "at_risk": "13 14 23 24",
    "cant_lose": "15 25",
    "about_to_sleep": "31 32",
    "need_attention": "33",
    "loyal": "34 35 44 45",
    "promising": "41",
    "new": "51",
    "potential_loyalist": "42 43 52 53",
    "champion": "54 55",
}

SEGMENTS: Final = tuple(_CELLS)
SEGMENT_OF: Final[Mapping[tuple[int, int], str]] = MappingProxyType(
    {(int(cell[0]), int(cell[1])): code for code, cells in _CELLS.items() for cell in cells.split()}
)
TIERS: Final = ("high", "medium", "low")
_HIGH_SHARE, _MEDIUM_SHARE = 0.80, 0.95


def quintile_scores(goodness: ArrayLike) -> Scores:
    """Return 1 + floor(5 (customers strictly worse) / N): 1..5, equal values always sharing a score."""
    values = np.asarray(goodness)
    if values.size == 0:
        return np.zeros(0, dtype=np.int64)
    # Looked up in their own order, a million values are found without leaping through memory.
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    worse = np.empty(values.size, dtype=np.int64)
    worse[order] = np.searchsorted(ranked, ranked, side="left")
    return np.asarray(1 + 5 * worse // values.size, dtype=np.int64)


def rfm_scores(days_since_last: ArrayLike, orders: ArrayLike, revenue: ArrayLike) -> tuple[Scores, Scores, Scores]:
    """Return R, F and M scores of customers with orders: few days, many orders, much net revenue are good."""
    return quintile_scores(-np.asarray(days_since_last)), quintile_scores(orders), quintile_scores(revenue)


def segment_codes(recency: ArrayLike, frequency: ArrayLike) -> list[str]:
    """Return the segment of each customer's R and F scores. Raises KeyError for a score outside 1..5."""
    pairs = zip(np.asarray(recency).tolist(), np.asarray(frequency).tolist(), strict=True)
    return [SEGMENT_OF[pair] for pair in pairs]


def value_tiers(ids: ArrayLike, clv: ArrayLike) -> NDArray[np.str_]:
    """Return "high", "medium" or "low" for each customer, in the order given.

    By CLV descending and id ascending, high is the smallest head that reaches 80 % of the sum of positive
    values, medium goes on to 95 %, low is the rest. A CLV of 0 or less is low and outside the sum.
    """
    keys, values = np.asarray(ids), np.asarray(clv, dtype=np.float64)
    tiers = np.full(len(values), "low", dtype="<U6")
    order = np.lexsort((keys, -values))
    order = order[values[order] > 0]
    if len(order) == 0:
        return tiers
    running = np.cumsum(values[order])
    # The total is the last running sum: both then carry the same rounding.
    high = int(np.searchsorted(running, _HIGH_SHARE * running[-1], side="left")) + 1
    medium = int(np.searchsorted(running, _MEDIUM_SHARE * running[-1], side="left")) + 1
    tiers[order[:medium]] = "medium"
    tiers[order[:high]] = "high"
    return tiers
