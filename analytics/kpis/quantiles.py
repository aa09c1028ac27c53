"""Percentiles of values that are known as counts, with the interval of the median."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from crm_site.lib.statistics import Z95, Estimate

Counts = Mapping[int, int]


class Ranked:
    """Values in their order, each as often as it was counted."""

    def __init__(self, counts: Counts) -> None:
        self.values = sorted(counts)
        self.passed = list(accumulate(counts[value] for value in self.values))
        self.n = self.passed[-1] if self.passed else 0

    def at(self, rank: int) -> int:
        """Return the value of a rank from 0; raise IndexError beyond the last."""
        return self.values[bisect_right(self.passed, rank)]

    def percentile(self, share: float) -> float | None:
        """Return the percentile at `share` (0..1), by linear interpolation."""
        if not self.n:
            return None
        position = share * (self.n - 1)
        below = math.floor(position)
        low, high = self.at(below), self.at(min(below + 1, self.n - 1))
        return low + (high - low) * (position - below)


def percentile_of(counts: Counts, share: float) -> Estimate:
    """Return the percentile at `share` (0..1) of values with their counts."""
    ranked = Ranked(counts)
    return Estimate(ranked.percentile(share), None, None, ranked.n)


def median_of(counts: Counts) -> Estimate:
    """Return the median with its interval: the values ranked 1.96 · √n / 2 below and above the middle.

    Below six values no such ranks exist, and the interval stays open.
    """
    ranked = Ranked(counts)
    middle, n = ranked.percentile(0.5), ranked.n
    if middle is None or n < 6:
        return Estimate(middle, None, None, n)
    margin = Z95 * math.sqrt(n) / 2
    low, high = max(0, math.floor(n / 2 - margin)), min(n - 1, math.ceil(n / 2 + margin))
    return Estimate(middle, float(ranked.at(low)), float(ranked.at(high)), n)
