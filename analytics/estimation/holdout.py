"""Judging a forecast on later data, beside what a guess without a model would have said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.estimation.bgnbd import BgNbd, expected_purchases
from analytics.estimation.clv import ValueTerms, purchase_interval


@dataclass(frozen=True, slots=True)
class Holdout:
    """Purchases in the hold-out: totals, mean absolute errors a customer, and the interval's coverage.

    ``same_mae`` is the error of "as many as before" (scaled to the length, whole purchases), ``mean_mae``
    that of the hold-out's own mean, known only afterwards. ``coverage`` is the share of customers whose
    purchases lie in their predictive interval.
    """

    customers: int
    actual: float
    forecast: float
    mae: float
    same_mae: float
    mean_mae: float
    coverage: float


def assess_holdout(
    model: BgNbd,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    actual: ArrayLike,
    t: float,
    terms: ValueTerms | None = None,
) -> Holdout | None:
    """Compare forecasts with the ``actual`` purchase days of each customer in the t units after T.

    Returns None without customers or time.
    """
    before, last, age, after = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (x, t_x, T, actual))
    if len(before) == 0 or t <= 0:
        return None
    forecast = expected_purchases(model, before, last, age, t)
    low, high = purchase_interval(model, before, last, age, t, terms)
    longest = float(age.max())
    same = np.round(before * t / longest) if longest > 0 else np.zeros(len(before))
    return Holdout(
        customers=len(before),
        actual=float(after.sum()),
        forecast=float(forecast.sum()),
        mae=float(np.abs(forecast - after).mean()),
        same_mae=float(np.abs(same - after).mean()),
        mean_mae=float(np.abs(after.mean() - after).mean()),
        coverage=float(((low <= after) & (after <= high)).mean()),
    )
