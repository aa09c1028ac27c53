"""Predictive simulation of a customer's future, once per kind of customer instead of once per customer.

Given the model, the future of a customer who is alive at T depends on (x, T) alone: the rate is
Gamma(r + x, alpha + T), the probability of leaving after a purchase Beta(a, b + x). So draws are made per
(x, T) and every customer reads the quantile of their own mixture, "left" with 1 - P(alive) or "alive".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.estimation.bgnbd import BgNbd, unique_pairs
from analytics.estimation.maximising import Floats, draw_parameters

_EXACT_X = 64
_BINS = 200
_BLOCK_DRAWS = 2_000_000
_SMALLEST_PROBABILITY = 1e-9


@dataclass(frozen=True, slots=True)
class Block:
    """Draws for some kinds of customers: arrays (kinds, draws), and the customers that belong to them.

    ``bought`` counts the purchases of alive customers within the horizon, ``chances`` those a customer who
    never leaves would make; ``kinds`` is the row of each of ``customers``.
    """

    x: Floats
    bought: NDArray[np.int64]
    chances: NDArray[np.int64]
    customers: NDArray[np.intp]
    kinds: NDArray[np.intp]


def simulate(
    model: BgNbd,
    x: Floats,
    T: Floats,
    horizon: float,
    parameters: Floats,
    random: np.random.Generator,
) -> Iterator[Block]:
    """Yield blocks that together hold every customer once; the same seed and data give the same draws.

    ``parameters`` has a row (r, alpha, a, b) for every draw. x above 64 is binned to 3 per cent, and
    alpha + T to 200 equal ratios when more than 200 ages occur: far below the predictive spread.
    """
    pairs, at = unique_pairs(_binned_counts(x), _binned_ages(T, model.alpha))
    order = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[order], np.arange(len(pairs) + 1))
    draws = len(parameters)
    r, alpha, a, b = parameters.T
    size = max(_BLOCK_DRAWS // draws, 1)
    for start in range(0, len(pairs), size):
        stop = min(start + size, len(pairs))
        purchases, age = pairs[start:stop, 0], pairs[start:stop, 1]
        shape = (stop - start, draws)
        rate = random.standard_gamma(r + purchases[:, None], shape) / (alpha + age[:, None])
        leaving = np.maximum(random.beta(a, b + purchases[:, None], shape), _SMALLEST_PROBABILITY)
        chances = random.poisson(np.minimum(rate * horizon, 1e9))
        bought = np.minimum(chances, random.geometric(leaving))
        customers = order[bounds[start] : bounds[stop]]
        yield Block(purchases, bought, chances, customers, at[customers] - start)


def parameter_draws(model: BgNbd, draws: int, random: np.random.Generator) -> Floats:
    """Return rows (r, alpha, a, b) from N(MLE, H^-1) of the ln-parameters; the MLE alone without covariance."""
    if model.covariance is None:
        return np.tile(model.parameters, (draws, 1))
    return draw_parameters(np.log(model.parameters), model.covariance, draws, random)


def mixture_level(level: float, alive: Floats) -> Floats:
    """Return the level among the alive that is ``level`` of all, below 0 where "left, so nothing" covers it."""
    return (level - (1 - alive)) / np.maximum(alive, 1e-300)


def _binned_counts(x: Floats) -> Floats:
    return np.where(x > _EXACT_X, np.round(np.exp(np.round(np.log(np.maximum(x, 1)) * 32) / 32)), x)


def _binned_ages(T: Floats, alpha: float) -> Floats:
    if len(T) == 0 or len(np.unique(T)) <= _BINS:
        return T
    logs = np.log(alpha + T)
    step = (logs.max() - logs.min()) / _BINS
    return np.asarray(np.maximum(np.exp(np.round(logs / step) * step) - alpha, 0.0), dtype=np.float64)
