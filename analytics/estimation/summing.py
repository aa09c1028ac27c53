"""How sure the lifetime value of many customers together is.

Chance evens out over customers, but an error of the model's parameters moves all of them at once. To first
order the change of a sum is its gradient times the error, and gradients add up: each customer's gradient is
turned by the root of the parameters' covariance into seven loadings, which may be summed over any set.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from analytics.estimation.bgnbd import BgNbd, p_alive, purchases_if_alive, unique_pairs
from analytics.estimation.clv import ValueTerms
from analytics.estimation.gamma_gamma import GammaGamma, expected_spend
from analytics.estimation.maximising import Floats

LOADINGS = 7
_STEP = 1e-3
_Model = TypeVar("_Model", BgNbd, GammaGamma)


def value_loadings(
    model: BgNbd,
    spend_model: GammaGamma,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    mean_spend: ArrayLike,
    terms: ValueTerms,
) -> Floats:
    """Return an array (customers, 7): the standard deviation that parameters give a sum is the norm of its sum."""
    purchases, last, age, money = (np.asarray(values, dtype=np.float64) for values in (x, t_x, T, mean_spend))
    pairs, at = unique_pairs(purchases, age)
    spend = _spend(spend_model, purchases, money)
    bought = _bought(model, purchases, last, age, pairs, at, terms)
    slopes = np.zeros((len(purchases), LOADINGS))
    for column, name in enumerate(("r", "alpha", "a", "b")):
        high, low = (
            _bought(_moved(model, name, way), purchases, last, age, pairs, at, terms) for way in (_STEP, -_STEP)
        )
        slopes[:, column] = (high - low) / (2 * _STEP) * spend
    for column, name in enumerate(("p", "q", "v"), 4):
        above, below = (_spend(_moved(spend_model, name, way), purchases, money) for way in (_STEP, -_STEP))
        slopes[:, column] = (above - below) / (2 * _STEP) * bought
    root = np.zeros((LOADINGS, LOADINGS))
    root[:4, :4], root[4:, 4:] = _root(model.covariance, 4), _root(spend_model.covariance, 3)
    return np.asarray(slopes @ root * terms.margin, dtype=np.float64)


def _moved(model: _Model, name: str, step: float) -> _Model:
    return replace(model, **{name: getattr(model, name) * float(np.exp(step))})


def _bought(
    model: BgNbd,
    x: Floats,
    t_x: Floats,
    T: Floats,
    pairs: Floats,
    at: np.ndarray[tuple[int], np.dtype[np.intp]],
    terms: ValueTerms,
) -> Floats:
    """Return each customer's expected purchases, discounted by month."""
    horizons = terms.month * np.arange(1, terms.months + 1)
    expected = purchases_if_alive(model.parameters, pairs[:, :1], pairs[:, 1:], horizons[None, :])
    months = np.diff(expected, axis=1, prepend=0.0)
    discounted = months @ (1 + terms.monthly_discount) ** -np.arange(1.0, terms.months + 1)
    return np.asarray(discounted[at] * p_alive(model, x, t_x, T), dtype=np.float64)


def _spend(model: GammaGamma, x: Floats, money: Floats) -> Floats:
    repeating = (x > 0) & (money > 0)
    return expected_spend(model, x, money, float(money[repeating].mean()) if repeating.any() else None)


def _root(covariance: Floats | None, size: int) -> Floats:
    """Return a matrix whose product with its transpose is the covariance; zero where none was estimated."""
    if covariance is None:
        return np.zeros((size, size))
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)
