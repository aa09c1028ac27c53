"""Gamma-Gamma model of spend per purchase (Fader & Hardie 2013).

Spend varies as Gamma(p, nu) around each customer's mean, and nu as Gamma(q, v) over customers. It
assumes that spend does not depend on the number of purchases: their correlation is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi

from analytics.estimation.maximising import Floats, maximise
from analytics.estimation.refusals import MINIMUM_REPEATERS, EstimationRefused

CORRELATION_WARNING = 0.3


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Fitted parameters, v in money; a ``correlation`` of x and mean spend above .3 makes them doubtful."""

    p: float
    q: float
    v: float
    loglik: float = float("nan")
    covariance: Floats | None = None
    converged: bool = True
    customers: int = 0
    correlation: float | None = None

    @property
    def parameters(self) -> Floats:
        """Return p, q, v."""
        return np.array([self.p, self.q, self.v])

    @property
    def population_mean(self) -> float | None:
        """Return the mean spend of all customers, p v / (q - 1); None when q <= 1, where it is infinite."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else None

    @property
    def doubtful(self) -> bool:
        """Return whether purchases and spend are too correlated for the model's assumption."""
        return self.correlation is not None and abs(self.correlation) > CORRELATION_WARNING


class _Likelihood:
    def __init__(self, x: Floats, spend: Floats) -> None:
        self._distinct, at_x = np.unique(x, return_inverse=True)
        self._counts = np.bincount(at_x, minlength=len(self._distinct)).astype(np.float64)
        self._at_x = at_x
        self._total = x * spend
        self._x_log_total = float(x @ np.log(self._total))
        self._log_spend = float(np.log(spend).sum())
        self._customers = float(len(x))

    def __call__(self, logs: Floats) -> tuple[float, Floats]:
        """Return ln L and its gradient in (ln p, ln q, ln v)."""
        p, q, v = np.exp(logs)
        n, x, counts = self._customers, self._distinct, self._counts
        scale = v + self._total
        log_by_x = np.bincount(self._at_x, np.log(scale), len(x))
        inverse_by_x = np.bincount(self._at_x, 1 / scale, len(x))
        shape = p * x + q
        # px ln x + (px - 1) ln z is px ln(xz) - ln z.
        value = (
            counts @ (gammaln(shape) - gammaln(p * x)) + n * (q * np.log(v) - gammaln(q))
            + p * self._x_log_total - self._log_spend - shape @ log_by_x
        )  # fmt: skip
        common = psi(shape)
        gradient = np.array(
            [
                counts @ (x * (common - psi(p * x))) + self._x_log_total - x @ log_by_x,
                counts @ common + n * (np.log(v) - psi(q)) - log_by_x.sum(),
                n * q / v - shape @ inverse_by_x,
            ]
        )
        return float(value), gradient * np.array([p, q, v])


def loglikelihood(x: ArrayLike, mean_spend: ArrayLike, log_parameters: Floats) -> tuple[float, Floats]:
    """Return ln L of customers with x > 0 and spend > 0, and its gradient in (ln p, ln q, ln v)."""
    return _Likelihood(np.asarray(x, float), np.asarray(mean_spend, float))(np.asarray(log_parameters, float))


def fit_gamma_gamma(x: ArrayLike, mean_spend: ArrayLike) -> GammaGamma:
    """Fit the model on the customers with x > 0 and mean repeat spend > 0; others are left out.

    ``mean_spend`` is money per repeat purchase. Raises EstimationRefused below 100 such customers.
    """
    purchases, spend = np.asarray(x, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    used = (purchases > 0) & (spend > 0) & np.isfinite(spend)
    purchases, spend = purchases[used], spend[used]
    if len(purchases) < MINIMUM_REPEATERS:
        raise EstimationRefused("too_few_repeaters", len(purchases))
    middle = float(np.median(spend))
    starts = [(5.0, 4.0, middle * 0.6), (1.0, 3.0, middle * 2), (20.0, 10.0, middle / 2), (0.5, 1.5, middle)]
    best = maximise(_Likelihood(purchases, spend), starts, len(purchases))
    if not np.isfinite(best.loglik):
        raise EstimationRefused("not_converged", len(purchases))
    p, q, v = (float(value) for value in np.exp(best.log_parameters))
    varied = purchases.std() > 0 and spend.std() > 0
    correlation = float(np.corrcoef(purchases, spend)[0, 1]) if varied else None
    return GammaGamma(p, q, v, best.loglik, best.covariance, best.converged, len(purchases), correlation)


def expected_spend(model: GammaGamma, x: ArrayLike, mean_spend: ArrayLike, fallback: float | None = None) -> Floats:
    """Return E[M], the money expected per future purchase of each customer: p (v + x z) / (p x + q - 1).

    For x = 0 that is the population mean; where it is infinite (q <= 1) ``fallback`` stands in, or NaN.
    """
    purchases, spend = np.asarray(x, dtype=np.float64), np.asarray(mean_spend, dtype=np.float64)
    total = np.where(purchases > 0, purchases * np.nan_to_num(spend), 0.0)
    bottom = model.p * purchases + model.q - 1
    missing = np.nan if fallback is None else fallback
    return np.where(bottom > 0, model.p * (model.v + total) / np.where(bottom > 0, bottom, 1.0), missing)
