"""Customer lifetime value: fitting the models, writing the values, and saying how good they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from analytics.constants import UNITS
from analytics.estimation.bgnbd import BgNbd, Histories, fit_bgnbd, group_histories
from analytics.estimation.clv import DAYS_PER_MONTH, ValueTerms, customer_values
from analytics.estimation.gamma_gamma import GammaGamma, fit_gamma_gamma
from analytics.estimation.holdout import assess_holdout
from analytics.estimation.maximising import Floats
from analytics.estimation.refusals import MINIMUM_REPEATERS, EstimationRefused
from analytics.estimation.summing import value_loadings
from analytics.services.histories import History, last_day_with_order, read_histories
from analytics.services.tiers import assign_tiers
from analytics.services.writing_values import clear_values, write_doubts, write_values
from crm_site.jobs.context import JobContext

UNIT_DAYS = dict(zip(UNITS, (1.0, 7.0, DAYS_PER_MONTH), strict=True))


@dataclass(frozen=True)
class Terms:
    """What a valuation is asked for; rates are shares of one, the discount is a month's."""

    until: dt.date
    unit: str
    margin: float
    discount: float

    @property
    def value_terms(self) -> ValueTerms:
        """Return the terms as estimation takes them."""
        return ValueTerms(unit_days=UNIT_DAYS[self.unit], margin=self.margin, monthly_discount=self.discount)

    @property
    def report(self) -> dict[str, Any]:
        """Return the terms as the result keeps them."""
        return {"until": self.until.isoformat(), "unit": self.unit, "margin": self.margin, "discount": self.discount}


def value_with_models(run: JobContext, terms: Terms, first: dt.date) -> dict[str, Any]:
    """Fit BG/NBD and Gamma-Gamma, write every customer's value, and return parameters and hold-out errors.

    Below 100 repeat customers nothing is fitted: values that stood there are cleared, and the result says
    why. Without orders after `until`, an earlier cut shows how such a forecast would have done (`backtest`).
    """
    run.progress(0, 0, _("Reading histories"))
    history = read_histories(terms.until)
    result = {"method": "probabilistic", **terms.report, "customers": history.size, "repeaters": history.repeaters}
    run.progress(0, 0, _("Fitting"))
    try:
        model, spend_model = _fit(history, terms)
    except EstimationRefused as refused:
        clear_values(run)
        needed = {"repeaters": refused.repeaters, "needed": MINIMUM_REPEATERS}
        return {**result, "refused": {"reason": refused.reason, **needed}, "tiers": assign_tiers(run)}
    run.raise_if_cancelled()
    result |= {"bgnbd": _bgnbd_report(model), "gammagamma": _spend_report(spend_model)}
    result |= _judgement(model, history, terms, first)
    run.raise_if_cancelled()
    run.progress(0, history.size, _("Values"))
    ages = _ages(history, terms)
    values = customer_values(model, spend_model, *ages, history.spend, terms.value_terms)
    run.raise_if_cancelled()
    loadings = value_loadings(model, spend_model, *ages, history.spend, terms.value_terms)
    write_values(run, history, terms.until, values)
    write_doubts(history, values.clv, values.variance, loadings)
    return {**result, "clv": float(values.clv.sum()), "tiers": assign_tiers(run)}


def _ages(history: History, terms: Terms) -> tuple[Floats, Floats, Floats]:
    days = UNIT_DAYS[terms.unit]
    return history.x, history.last_age / days, history.age / days


def _fit(history: History, terms: Terms) -> tuple[BgNbd, GammaGamma]:
    grouped: Histories = group_histories(*_ages(history, terms))
    return fit_bgnbd(grouped), fit_gamma_gamma(history.x, history.spend)


def _judgement(model: BgNbd, history: History, terms: Terms, first: dt.date) -> dict[str, Any]:
    """Return the hold-out errors: of the orders after `until`, or of the last fifth of the time before it."""
    last = last_day_with_order()
    if last is not None and last > terms.until:
        return {"holdout": _holdout(model, history, terms, last)}
    cut = terms.until - dt.timedelta(days=max((terms.until - first).days // 5, 1))
    earlier = Terms(cut, terms.unit, terms.margin, terms.discount)
    past = read_histories(cut)
    try:
        trial = fit_bgnbd(group_histories(*_ages(past, earlier)))
    except EstimationRefused:
        return {}
    found = _holdout(trial, past, earlier, terms.until)
    return {"backtest": found} if found else {}


def _holdout(model: BgNbd, history: History, terms: Terms, last: dt.date) -> dict[str, Any] | None:
    length = (last - terms.until).days / UNIT_DAYS[terms.unit]
    found = assess_holdout(model, *_ages(history, terms), history.later, length, terms.value_terms)
    if found is None:
        return None
    names = ("customers", "actual", "forecast", "mae", "same_mae", "mean_mae", "coverage")
    return {
        "from": terms.until.isoformat(),
        "until": last.isoformat(),
        **{name: getattr(found, name) for name in names},
    }


def _bgnbd_report(model: BgNbd) -> dict[str, Any]:
    names = ("r", "alpha", "a", "b")
    found: dict[str, Any] = {name: getattr(model, name) for name in (*names, "loglik", "converged")}
    errors = model.log_errors
    found["log_errors"] = None if errors is None else dict(zip(names, errors.tolist(), strict=True))
    return found


def _spend_report(model: GammaGamma) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ("p", "q", "v", "loglik", "converged", "correlation")} | {
        "customers": model.customers,
        "population_mean": model.population_mean,
        "warning": model.doubtful,
    }


def value_from_history(run: JobContext, terms: Terms) -> dict[str, Any]:
    """Value every customer by projecting their own past, without a model; return the sum.

    CLV = Σ P / (1 + d)^i over the next 12 months, where P is the customer's net revenue so far times margin,
    divided by the months since the first order (at least one). What was spent to win them lies in the past and
    is not subtracted (C = 0). It supposes that everybody goes on as before, so it has no interval and no
    P(alive), and overstates customers who have left: use it beside the model, or where too few came back.
    """
    run.progress(0, 0, _("Reading histories"))
    history = read_histories(terms.until)
    months = np.maximum(history.age / DAYS_PER_MONTH, 1.0)
    annuity = float(((1 + terms.discount) ** -np.arange(1.0, 13.0)).sum())
    clv = history.net * terms.margin / months * annuity
    write_values(run, history, terms.until, None, clv)
    write_doubts(None)
    result = {"method": "discounted", **terms.report, "customers": history.size, "repeaters": history.repeaters}
    return {**result, "clv": float(clv.sum()), "tiers": assign_tiers(run)}
