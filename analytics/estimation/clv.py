"""Customer lifetime value of BG/NBD and Gamma-Gamma, discounted by month, with predictive intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.estimation.bgnbd import BgNbd, p_alive, p_alive_at, purchases_if_alive, unique_pairs
from analytics.estimation.gamma_gamma import GammaGamma, expected_spend
from analytics.estimation.maximising import Floats, draw_parameters
from analytics.estimation.simulating import Block, mixture_level, parameter_draws, simulate

DAYS_PER_MONTH = 30.4375
_ALIVE_DRAWS = 24


@dataclass(frozen=True, slots=True)
class ValueTerms:
    """Terms of a value: days per unit of time, months ahead, margin as a share, discount a month."""

    unit_days: float = 7.0
    months: int = 12
    margin: float = 1.0
    monthly_discount: float = 0.01
    level: float = 0.95
    draws: int = 1000
    seed: int = 20050101

    def __post_init__(self) -> None:
        """Raise ValueError for terms without meaning."""
        if self.monthly_discount <= -1 or self.months < 1 or self.unit_days <= 0 or not 0 < self.level < 1:
            raise ValueError("terms of the value are out of range")

    @property
    def month(self) -> float:
        """Return a month in the data's unit of time."""
        return DAYS_PER_MONTH / self.unit_days


@dataclass(frozen=True, slots=True)
class CustomerValues:
    """One entry a customer, in the order given: probability, expected purchases, money and its interval.

    ``variance`` is that of the predicted money of one customer, for adding customers up.
    """

    p_alive: Floats
    purchases_90_days: Floats
    purchases_365_days: Floats
    spend: Floats
    clv: Floats
    low: Floats
    high: Floats
    variance: Floats


def customer_values(
    model: BgNbd,
    spend_model: GammaGamma,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    mean_spend: ArrayLike,
    terms: ValueTerms | None = None,
) -> CustomerValues:
    """Return P(alive), expected purchases, E[M], CLV and the CLV's predictive interval of each customer.

    CLV = sum over months i of (E[Y(i)] - E[Y(i-1)]) E[M] margin / (1+d)^i. The interval is predictive: with
    probability ``level`` the discounted margin this customer will really bring lies in it, so it holds
    the chance of their purchases, leaving and baskets as well as the uncertainty of the parameters (draws
    of ln-parameters from N(MLE, H^-1)). It is as wide as one person is uncertain; sums are far surer. Its
    low end is often 0. The high end is never shown below the CLV itself, which as a mean can exceed the
    quantile of a customer who has almost surely left.
    """
    terms = terms or ValueTerms()
    purchases, last, age, money = (
        np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (x, t_x, T, mean_spend)
    )
    alive = p_alive(model, purchases, last, age)
    pairs, at = unique_pairs(purchases, age)
    discounted, quarter, year = _forecast_pairs(model, pairs, terms)
    repeating = (purchases > 0) & (money > 0)
    fallback = float(money[repeating].mean()) if repeating.any() else None
    spend = expected_spend(spend_model, purchases, money, fallback)
    clv = alive * discounted[at] * spend * terms.margin
    low, high, variance = _value_interval(model, spend_model, purchases, last, age, money, terms)
    high = np.maximum(high, clv)
    return CustomerValues(alive, alive * quarter[at], alive * year[at], spend, clv, low, high, variance)


def _forecast_pairs(model: BgNbd, pairs: Floats, terms: ValueTerms) -> tuple[Floats, Floats, Floats]:
    """Return discounted purchases, and those in 90 and 365 days, of alive customers of each (x, T)."""
    days = np.array([90.0, 365.0]) / terms.unit_days
    horizons = np.concatenate([terms.month * np.arange(1, terms.months + 1), days])
    expected = purchases_if_alive(model.parameters, pairs[:, :1], pairs[:, 1:], horizons[None, :])
    months = np.diff(expected[:, : terms.months], axis=1, prepend=0.0)
    factors = (1 + terms.monthly_discount) ** -np.arange(1.0, terms.months + 1)
    return months @ factors, expected[:, -2], expected[:, -1]


def _averaged_alive(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Average P(alive) over some parameter draws: the predictive probability."""
    rows = parameters[:: max(len(parameters) // _ALIVE_DRAWS, 1)]
    total = np.zeros(len(x))
    for row in rows:
        total += p_alive_at(row, x, t_x, T)
    return total / len(rows)


def _value_interval(
    model: BgNbd,
    spend_model: GammaGamma,
    x: Floats,
    t_x: Floats,
    T: Floats,
    mean_spend: Floats,
    terms: ValueTerms,
) -> tuple[Floats, Floats, Floats]:
    """Return low end, high end and variance of the money each customer will bring."""
    random = np.random.default_rng(terms.seed)
    parameters = parameter_draws(model, terms.draws, random)
    if spend_model.covariance is None:
        spends = np.tile(spend_model.parameters, (terms.draws, 1))
    else:
        spends = draw_parameters(np.log(spend_model.parameters), spend_model.covariance, terms.draws, random)
    alive = _averaged_alive(parameters, x, t_x, T)
    observed = mean_spend[(x > 0) & (mean_spend > 0)]
    typical = float(observed.mean()) if len(observed) else spend_model.v
    scale = (spend_model.v + np.where(x > 0, x * np.nan_to_num(mean_spend), 0.0)) * terms.margin
    tail = (1 - terms.level) / 2
    bounds, variance = np.zeros((2, len(x))), np.zeros(len(x))
    horizon = terms.month * terms.months
    for block in simulate(model, x, T, horizon, parameters, random):
        values = np.sort(_relative_values(block, spend_model, spends, typical, terms, random), axis=1)
        still, at, kinds = alive[block.customers], block.customers, block.kinds
        mean, square = values.mean(axis=1)[kinds], np.square(values).mean(axis=1)[kinds]
        variance[at] = np.square(scale[at]) * (still * square - np.square(still * mean))
        for side, level in enumerate((tail, 1 - tail)):
            bounds[side, at] = _quantiles(values, kinds, mixture_level(level, still)) * scale[at]
    return bounds[0], bounds[1], np.maximum(variance, 0.0)


def _relative_values(
    block: Block,
    spend_model: GammaGamma,
    spends: Floats,
    typical: float,
    terms: ValueTerms,
    random: np.random.Generator,
) -> Floats:
    """Return the discounted spend of each draw as a multiple of v + x z, the customer's own scale.

    Given nu ~ Gamma(px + q, v + xz), the sum of y baskets is Gamma(py, nu): a ratio of two gammas.
    The draw's own v enters at the spend typical of all. The first ``bought`` of ``chances`` purchases fall
    on average at (bought + 1) / (2 (chances + 1)) of the horizon, and count at their month's end.
    """
    p, q, v = spends.T
    count = block.x[:, None]
    baskets = random.standard_gamma(p * block.bought)
    rate = random.standard_gamma(p * count + q)
    drift = (v + count * typical) / (spend_model.v + count * typical)
    months = terms.months * (block.bought + 1) / (2 * (block.chances + 1)) + 0.5
    return np.asarray(baskets / rate * drift * (1 + terms.monthly_discount) ** -months, dtype=np.float64)


def _quantiles(values: Floats, kinds: NDArray[np.intp], levels: Floats) -> Floats:
    """Read sorted draws at each customer's level, interpolating; a level below 0 is 0."""
    last = values.shape[1] - 1
    position = np.clip(levels, 0.0, 1.0) * last
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, last)
    low = values[kinds, below]
    return np.where(levels <= 0, 0.0, low + (values[kinds, above] - low) * (position - below))


def purchase_interval(
    model: BgNbd,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    t: float,
    terms: ValueTerms | None = None,
) -> tuple[Floats, Floats]:
    """Return the predictive interval of each customer's number of purchases in the next t units of time.

    The ends are whole counts, so the interval holds at least ``level``.
    """
    terms = terms or ValueTerms()
    purchases, last, age = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (x, t_x, T))
    random = np.random.default_rng(terms.seed)
    parameters = parameter_draws(model, terms.draws, random)
    alive = _averaged_alive(parameters, purchases, last, age)
    tail = (1 - terms.level) / 2
    bounds = np.zeros((2, len(purchases)))
    for block in simulate(model, purchases, age, t, parameters, random):
        counts = np.sort(block.bought, axis=1)
        for side, level in enumerate((tail, 1 - tail)):
            levels = mixture_level(level, alive[block.customers])
            rank = np.clip(np.ceil(levels * terms.draws) - 1, 0, terms.draws - 1).astype(np.intp)
            bounds[side, block.customers] = np.where(levels <= 0, 0, counts[block.kinds, rank])
    return bounds[0], bounds[1]
