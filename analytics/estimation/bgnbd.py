"""BG/NBD model of repeat purchases (Fader, Hardie & Lee 2005, Marketing Science 24).

While alive a customer buys as a Poisson process whose rate is Gamma(r, alpha) over customers; after each
purchase they leave with a probability that is Beta(a, b) over customers. Per customer: x repeat purchase
days, t_x age at the last one (0 if x = 0), T age at the end of observation, in one unit of time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, expit, gammaln, hyp2f1, psi

from analytics.estimation.maximising import Floats, maximise
from analytics.estimation.refusals import MINIMUM_REPEATERS, EstimationRefused

_NUDGE = 1e-6
_QUADRATURE_POINTS = 64
_LARGE_PARAMETER = 60.0


@dataclass(frozen=True, slots=True)
class Histories:
    """Unique purchase histories with the number of customers of each: the sufficient statistics.

    Arrays of one length; ``groups`` gives each customer's row here, in the order they came in.
    """

    x: Floats
    t_x: Floats
    T: Floats
    weights: Floats
    groups: NDArray[np.intp]

    @property
    def customers(self) -> int:
        """Return the number of customers behind the groups."""
        return len(self.groups)

    @property
    def repeaters(self) -> int:
        """Return the number of customers with a repeat purchase."""
        return int(self.weights[self.x > 0].sum())


@dataclass(frozen=True, slots=True)
class BgNbd:
    """Fitted parameters in the data's unit of time; ``covariance`` is that of (ln r, ln alpha, ln a, ln b)."""

    r: float
    alpha: float
    a: float
    b: float
    loglik: float = float("nan")
    covariance: Floats | None = None
    converged: bool = True
    customers: int = 0
    repeaters: int = 0

    @property
    def parameters(self) -> Floats:
        """Return r, alpha, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])

    @property
    def log_errors(self) -> Floats | None:
        """Return the standard errors of the ln-parameters, or None when they were not estimated."""
        return None if self.covariance is None else np.sqrt(np.diag(self.covariance))


def group_histories(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Histories:
    """Group equal histories. Raises EstimationRefused("bad_input") unless 0 <= t_x <= T, x whole and >= 0."""
    purchases, last, age = (np.ascontiguousarray(values, dtype=np.float64) for values in (x, t_x, T))
    usable = (
        purchases.shape == last.shape == age.shape
        and purchases.ndim == 1
        and bool(np.all(np.isfinite(purchases) & np.isfinite(last) & np.isfinite(age)))
        and bool(np.all((purchases >= 0) & (purchases == np.floor(purchases)) & (last >= 0) & (last <= age)))
    )
    if not usable:
        raise EstimationRefused("bad_input")
    _, at_x = np.unique(purchases, return_inverse=True)
    unique_last, at_last = np.unique(last, return_inverse=True)
    unique_age, at_age = np.unique(age, return_inverse=True)
    key = (at_x * len(unique_last) + at_last) * len(unique_age) + at_age
    _, first, groups, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return Histories(purchases[first], last[first], age[first], counts.astype(np.float64), groups)


class _Likelihood:
    """The log-likelihood with everything that does not depend on the parameters prepared once.

    Gamma functions depend on x alone and logs of alpha + T on T alone, so both are taken over the few
    distinct values and spread to the groups.
    """

    def __init__(self, data: Histories) -> None:
        zero = data.x == 0
        self._x, self._at_x = np.unique(data.x[~zero], return_inverse=True)
        self._age, self._at_age = np.unique(data.T[~zero], return_inverse=True)
        self._last, self._at_last = np.unique(data.t_x[~zero], return_inverse=True)
        self._weights = data.weights[~zero]
        self._x_weights = np.bincount(self._at_x, self._weights, len(self._x))
        self._zero_age, at_zero = np.unique(data.T[zero], return_inverse=True)
        self._zero_weights = np.bincount(at_zero, data.weights[zero], len(self._zero_age))

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """Return ln L and its gradient in (ln r, ln alpha, ln a, ln b)."""
        r, alpha, a, b = np.exp(logs)
        value, gradient = self._never_again(r, alpha)
        x, weights = self._x, self._x_weights
        value += weights @ (
            gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(a + b + x)
            + gammaln(b + x) - gammaln(b)
        )  # fmt: skip
        both = psi(a + b) - psi(a + b + x)
        gradient += [
            weights @ (psi(r + x) - psi(r) + np.log(alpha)),
            weights.sum() * r / alpha,
            weights @ both,
            weights @ (both + psi(b + x) - psi(b)),
        ]
        log_age, log_last = np.log(alpha + self._age)[self._at_age], np.log(alpha + self._last)[self._at_last]
        power = (r + x)[self._at_x]
        # ln of the odds of having left after the last purchase against being alive at T.
        odds = (np.log(a) - np.log(b + x - 1))[self._at_x] + power * (log_age - log_last)
        left = self._weights * expit(odds)
        alive = self._weights - left
        value += self._weights @ (np.logaddexp(0.0, odds) - power * log_age)
        left_by_x = np.bincount(self._at_x, left, len(x))
        by_age = np.bincount(self._at_age, alive * power, len(self._age))
        by_last = np.bincount(self._at_last, left * power, len(self._last))
        gradient += [
            -(alive @ log_age) - (left @ log_last),
            -(by_age @ (1 / (alpha + self._age))) - (by_last @ (1 / (alpha + self._last))),
            left.sum() / a,
            -(left_by_x @ (1 / (b + x - 1))),
        ]
        return float(value), gradient * np.array([r, alpha, a, b])

    def _never_again(self, r: float, alpha: float) -> tuple[float, Floats]:
        """Customers without a repeat purchase: ln L = r ln(alpha / (alpha + T))."""
        ratio = np.log(alpha) - np.log(alpha + self._zero_age)
        slope = self._zero_weights @ (self._zero_age / (alpha + self._zero_age))
        total = float(self._zero_weights @ ratio)
        return r * total, np.array([total, r / alpha * float(slope), 0.0, 0.0])


def loglikelihood(data: Histories, log_parameters: Floats) -> tuple[float, Floats]:
    """Return ln L of the paper and its gradient in (ln r, ln alpha, ln a, ln b)."""
    return _Likelihood(data)(np.asarray(log_parameters, dtype=np.float64))


def fit_bgnbd(data: Histories) -> BgNbd:
    """Fit the model by maximum likelihood.

    Raises EstimationRefused below 100 repeat customers ("too_few_repeaters") or when no start leads to
    a finite likelihood ("not_converged"). ``converged`` is False when the maximum lies at infinity, as
    for data without any sign of customers leaving; forecasts are still usable then, intervals wide.
    """
    if data.repeaters < MINIMUM_REPEATERS:
        raise EstimationRefused("too_few_repeaters", data.repeaters)
    age = float(data.weights @ data.T / data.weights.sum())
    # The usual answer first, in the data's own unit; then more and less mixed populations.
    starts = [
        (0.5, age / 4, 0.8, 2.5),
        (1.0, age, 1.0, 5.0),
        (0.1, age / 20, 0.3, 1.0),
        (3.0, age * 2, 5.0, 20.0),
    ]
    best = maximise(_Likelihood(data), starts, data.customers)
    if not np.isfinite(best.loglik):
        raise EstimationRefused("not_converged", data.repeaters)
    r, alpha, a, b = (float(value) for value in np.exp(best.log_parameters))
    return BgNbd(r, alpha, a, b, best.loglik, best.covariance, best.converged, data.customers, data.repeaters)


def p_alive(model: BgNbd, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
    """Return the probability that each customer is still alive at T; 1 for customers with x = 0."""
    return p_alive_at(model.parameters, np.asarray(x, float), np.asarray(t_x, float), np.asarray(T, float))


def p_alive_at(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Return ``p_alive`` for plain parameters r, alpha, a, b, by its log-odds so that nothing overflows."""
    r, alpha, a, b = parameters
    safe = np.where(x > 0, x, 1.0)
    odds = np.log(a) - np.log(b + safe - 1) + (r + safe) * (np.log(alpha + T) - np.log(alpha + t_x))
    return np.where(x > 0, expit(-odds), 1.0)


def purchases_if_alive(parameters: Floats, x: ArrayLike, T: ArrayLike, t: ArrayLike) -> Floats:
    """Return E[purchases in the next t] of customers alive at T with x repeat purchases (arrays broadcast).

    The paper's formula after Euler's transformation of the hypergeometric function,
    (a+b+x-1)/(a-1) [1 - (1-z)^(a-1) F(a-1, a+b-1-r; a+b+x-1; z)] with z = t/(alpha+T+t): its parameters
    do not grow with x, so busy customers cannot overflow it. Where parameters are extreme, the same
    expectation is integrated over the probability of leaving.
    """
    r, alpha, a, b = (float(value) for value in parameters)
    a = a + _NUDGE if abs(a - 1) < _NUDGE else a
    purchases, age, horizon = np.broadcast_arrays(
        np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64), np.asarray(t, dtype=np.float64)
    )
    if max(a, b, r) > _LARGE_PARAMETER:
        return _integrated(r, alpha, a, b, purchases, age, horizon)
    bottom = a + b + purchases - 1
    bottom = np.where(np.abs(bottom) < _NUDGE, _NUDGE, bottom)
    z = horizon / (alpha + age + horizon)
    with np.errstate(over="ignore", invalid="ignore"):
        series = hyp2f1(a - 1, a + b - 1 - r, bottom, z)
        value = bottom / (a - 1) * (1 - np.exp((a - 1) * np.log1p(-z)) * series)
    ceiling = (r + purchases) * horizon / (alpha + age)  # nobody buys more than a customer who never leaves
    wrong = ~np.isfinite(value) | (value < 0) | (value > ceiling * (1 + 1e-9))
    if np.any(wrong):
        value[wrong] = _integrated(r, alpha, a, b, purchases[wrong], age[wrong], horizon[wrong])
    return np.asarray(value, dtype=np.float64)


def _integrated(r: float, alpha: float, a: float, b: float, x: Floats, T: Floats, t: Floats) -> Floats:
    """Integrate (1 - (1 + p t/(alpha+T))^-(r+x)) / p over p ~ Beta(a, b+x) by Gauss-Legendre on quantiles."""
    nodes, weights = np.polynomial.legendre.leggauss(_QUADRATURE_POINTS)
    unique_x, at_x = np.unique(x, return_inverse=True)
    levels = (nodes + 1) / 2
    leaving = np.maximum(betaincinv(a, b + unique_x[:, None], levels), 1e-300)
    value = np.zeros(x.shape)
    for point, weight in enumerate(weights / 2):
        p = leaving[:, point][at_x].reshape(x.shape)
        value += weight * -np.expm1(-(r + x) * np.log1p(p * t / (alpha + T))) / p
    return value


def expected_purchases(
    model: BgNbd,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    t: float,
) -> Floats:
    """Return E[Y(t)]: the purchases expected of each customer in the next t units of time.

    The part that needs the hypergeometric function depends on (x, T) alone and is taken once per pair.
    """
    purchases, last, age = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (x, t_x, T))
    pairs, at = unique_pairs(purchases, age)
    alive = purchases_if_alive(model.parameters, pairs[:, 0], pairs[:, 1], t)
    return alive[at] * p_alive(model, purchases, last, age)


def unique_pairs(x: Floats, T: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """Return the distinct (x, T) as rows, and the row of each customer."""
    unique_x, at_x = np.unique(x, return_inverse=True)
    unique_age, at_age = np.unique(T, return_inverse=True)
    keys, at = np.unique(at_x * len(unique_age) + at_age, return_inverse=True)
    rows = np.column_stack([unique_x[keys // len(unique_age)], unique_age[keys % len(unique_age)]])
    return rows, at


def expected_new(model: BgNbd, t: ArrayLike) -> Floats:
    """Return E[X(t)]: repeat purchases of a customer chosen at random in the t after the first purchase."""
    return purchases_if_alive(model.parameters, 0.0, 0.0, np.asarray(t, dtype=np.float64))
