"""Statistics every app shares: intervals, survey scores, discounting, percentiles.

Pure mathematics without Django or SQL. An empty denominator gives ``None``, never 0 or 100.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

Z95 = 1.959964
NPS_SMALL_SAMPLE = 30


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval and sample size; ``value``, ``low`` and ``high`` are None without data."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def scaled(self, factor: float) -> Estimate:
        """Return the same figure in another unit, for example a share (0..1) times 100 as per cent."""
        return Estimate(_times(self.value, factor), _times(self.low, factor), _times(self.high, factor), self.n)


@dataclass(frozen=True, slots=True)
class NetPromoterScore(Estimate):
    """An NPS from -100 to 100; the interval is adjusted Wald when ``adjusted``, else value ± margin."""

    standard_error: float | None
    margin: float | None
    adjusted: bool


@dataclass(frozen=True, slots=True)
class SatisfactionIndex:
    """A CSI in per cent, the weighted mean, and the weights (0 for an attribute without answers)."""

    value: float | None
    weighted_mean: float | None
    weights: tuple[float, ...]


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def round_half_away(value: Decimal | float, digits: int = 0) -> Decimal:
    """Round to ``digits`` decimals, halves away from zero; a float counts as the decimal it prints as."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def wilson(successes: int, n: int, z: float = Z95) -> Estimate:
    """Return a share (0..1) with its Wilson score interval (Wilson 1927).

    Raises ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n}")
    if n == 0:
        return Estimate(None, None, None, 0)
    share, z2 = successes / n, z * z
    centre = share + z2 / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    divisor = 1 + z2 / n
    # At the ends the bound is the end itself; the subtraction would leave 1e-17 of noise.
    low = 0.0 if successes == 0 else (centre - spread) / divisor
    high = 1.0 if successes == n else (centre + spread) / divisor
    return Estimate(share, low, high, n)


def _nps_error(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    """Return score and standard error in points: sqrt((p + d - (p - d)^2) / n), population form."""
    p, d = promoters / n, detractors / n
    return 100 * (p - d), 100 * math.sqrt(max(p + d - (p - d) ** 2, 0.0) / n)


def adjusted_wald_nps(detractors: int, passives: int, promoters: int, z: float = Z95) -> tuple[float, float]:
    """Return the adjusted Wald interval of an NPS in points, clipped to ±100 (Rocks 2016).

    Adds 3/4 of an answer to promoters and to detractors and 3 answers in all.
    """
    n = detractors + passives + promoters + 3
    score, error = _nps_error(promoters + 0.75, detractors + 0.75, n)
    return max(score - z * error, -100.0), min(score + z * error, 100.0)


def net_promoter_score(detractors: int, passives: int, promoters: int, z: float = Z95) -> NetPromoterScore:
    """Return the NPS of counted answers 0-6, 7-8 and 9-10, in points.

    Below 30 answers, or when the standard error is 0, the interval is the adjusted Wald one.
    Raises ValueError for a negative count.
    """
    if min(detractors, passives, promoters) < 0:
        raise ValueError("negative count")
    n = detractors + passives + promoters
    if n == 0:
        return NetPromoterScore(None, None, None, 0, None, None, False)
    score, error = _nps_error(promoters, detractors, n)
    margin = z * error
    adjusted = n < NPS_SMALL_SAMPLE or error == 0
    if adjusted:
        low, high = adjusted_wald_nps(detractors, passives, promoters, z)
    else:
        low, high = max(score - margin, -100.0), min(score + margin, 100.0)
    return NetPromoterScore(score, low, high, n, error, margin, adjusted)


def nps_difference(first: NetPromoterScore, second: NetPromoterScore) -> float | None:
    """Return z of the difference of two scores; None without answers or without any spread."""
    if first.value is None or second.value is None:
        return None
    error = math.hypot(first.standard_error or 0.0, second.standard_error or 0.0)
    return (first.value - second.value) / error if error else None


def mean_score(counts: Sequence[int]) -> float | None:
    """Return the mean of a scale 1..k from the counts of each score, lowest first."""
    n = sum(counts)
    return sum(score * count for score, count in enumerate(counts, 1)) / n if n else None


def top_share(counts: Sequence[int], top: int) -> Estimate:
    """Return the per cent of answers among the ``top`` highest scores, with the Wilson interval.

    ``counts`` holds the answers of score 1..k, lowest first. Raises ValueError unless 0 < top < k.
    """
    if not 0 < top < len(counts):
        raise ValueError(f"top {top} of a scale of {len(counts)}")
    return wilson(sum(counts[-top:]), sum(counts)).scaled(100)


def satisfaction_score(counts: Sequence[int]) -> Estimate:
    """Return CSAT in per cent: the top two boxes of a scale of any size, from counts lowest first."""
    return top_share(counts, 2)


def effort_share(counts: Sequence[int]) -> Estimate:
    """Return the per cent of CES answers 5-7 from the counts of scores 1-7; ``mean_score`` is the CES itself.

    Raises ValueError unless seven counts are given.
    """
    if len(counts) != 7:
        raise ValueError("effort is asked on a scale of seven")
    return top_share(counts, 3)


def satisfaction_index(
    attributes: Iterable[tuple[float | None, float | None]], minimum: float = 1, maximum: float = 5
) -> SatisfactionIndex:
    """Return the CSI of (importance, mean score) pairs, scaled so that minimum..maximum becomes 0..100.

    An attribute without answers (mean None) leaves sum and weights; importance None counts as
    "not asked" and makes all weights equal. Raises ValueError for an empty scale.
    """
    if maximum <= minimum:
        raise ValueError("the scale is empty")
    pairs = list(attributes)
    asked = all(importance is not None for importance, mean in pairs if mean is not None)
    raw = [
        0.0 if mean is None else float(importance) if asked and importance is not None else 1.0
        for importance, mean in pairs
    ]
    total = math.fsum(raw)
    if total <= 0:
        return SatisfactionIndex(None, None, tuple(0.0 for _ in pairs))
    weights = tuple(weight / total for weight in raw)
    mean_of_all = math.fsum(weight * mean for weight, (_, mean) in zip(weights, pairs, strict=True) if mean is not None)
    return SatisfactionIndex(100 * (mean_of_all - minimum) / (maximum - minimum), mean_of_all, weights)


def mean_interval(n: int, total: float, squares: float, confidence: float = 0.95) -> Estimate:
    """Return a mean with its Student t interval from n, the sum and the sum of squares.

    One value alone has a mean but no interval.
    """
    if n == 0:
        return Estimate(None, None, None, 0)
    mean = total / n
    if n == 1:
        return Estimate(mean, None, None, 1)
    from scipy.special import stdtrit  # imported here: most callers never need SciPy

    variance = max(squares - total * mean, 0.0) / (n - 1)
    margin = float(stdtrit(n - 1, 0.5 + confidence / 2)) * math.sqrt(variance / n)
    return Estimate(mean, mean - margin, mean + margin, n)


def percentile(values: Iterable[float], share: float) -> float | None:
    """Return the percentile at ``share`` (0..1) by linear interpolation, as ``percentile_cont`` does."""
    if not 0 <= share <= 1:
        raise ValueError(f"share {share} is outside 0..1")
    ordered = sorted(values)
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def discounted_value(margins: Iterable[Decimal], rate: Decimal, cost: Decimal = Decimal(0)) -> Decimal:
    """Return CLV = sum of P_t / (1 + r)^t - C: margins at each period's end, cost today, in their currency.

    ``rate`` is per period. Raises ValueError for rate <= -1; the result may be negative.
    """
    if rate <= -1:
        raise ValueError("a discount rate must be above -1")
    growth, factor, value = 1 + rate, Decimal(1), -cost
    for margin in margins:
        factor *= growth
        value += margin / factor
    return value


def monthly_rate(yearly: float) -> float:
    """Return the rate per month that compounds to the yearly one. Raises ValueError for yearly <= -1."""
    if yearly <= -1:
        raise ValueError("a discount rate must be above -1")
    return math.expm1(math.log1p(yearly) / 12)


def relative_change(current: float | None, previous: float | None) -> float | None:
    """Return the change in per cent of the previous value; None when either is missing or previous is 0."""
    if current is None or not previous:
        return None
    return 100 * (current - previous) / abs(previous)


def point_change(current: float | None, previous: float | None) -> float | None:
    """Return the change of two percentages or scores in points; None when either is missing."""
    return None if current is None or previous is None else current - previous
