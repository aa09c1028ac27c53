"""The interval of a sum of values, against drawing the parameters anew."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.estimation.bgnbd import BgNbd
from analytics.estimation.clv import ValueTerms, customer_values
from analytics.estimation.gamma_gamma import GammaGamma
from analytics.estimation.maximising import draw_parameters
from analytics.estimation.summing import LOADINGS, value_loadings

MODEL = BgNbd(0.243, 4.414, 0.793, 2.426, covariance=np.diag([0.05, 0.08, 0.1, 0.1]) ** 2)
SPEND = GammaGamma(6.25, 3.74, 15.44, covariance=np.diag([0.05, 0.05, 0.08]) ** 2)
TERMS = ValueTerms(draws=20)
X, LAST, AGE = np.array([2.0, 1, 0, 7]), np.array([30.43, 1.71, 0, 29.43]), np.full(4, 38.86)
MONEY = np.array([22.35, 11.77, 0, 73.74])


def total(model: BgNbd, spend: GammaGamma) -> float:
    """Return the summed value under some parameters."""
    return float(customer_values(model, spend, X, LAST, AGE, MONEY, TERMS).clv.sum())


def test_the_norm_of_summed_loadings_is_the_deviation_that_parameters_cause() -> None:
    random = np.random.default_rng(11)
    assert MODEL.covariance is not None
    assert SPEND.covariance is not None
    buying = draw_parameters(np.log(MODEL.parameters), MODEL.covariance, 400, random)
    spending = draw_parameters(np.log(SPEND.parameters), SPEND.covariance, 400, random)
    drawn = [
        total(
            replace(MODEL, r=r, alpha=alpha, a=a, b=b, covariance=None),
            replace(SPEND, p=p, q=q, v=v, covariance=None),
        )
        for (r, alpha, a, b), (p, q, v) in zip(buying.tolist(), spending.tolist(), strict=True)
    ]
    loadings = value_loadings(MODEL, SPEND, X, LAST, AGE, MONEY, TERMS)
    assert loadings.shape == (4, LOADINGS)
    assert float(np.linalg.norm(loadings.sum(axis=0))) == pytest.approx(np.std(drawn), rel=0.1)


def test_margin_scales_loadings_and_missing_covariances_leave_none() -> None:
    full = value_loadings(MODEL, SPEND, X, LAST, AGE, MONEY, TERMS)
    half = value_loadings(MODEL, SPEND, X, LAST, AGE, MONEY, replace(TERMS, margin=0.5))
    assert half == pytest.approx(full / 2)
    sure = value_loadings(replace(MODEL, covariance=None), replace(SPEND, covariance=None), X, LAST, AGE, MONEY, TERMS)
    assert not sure.any()


def test_the_variance_of_one_customer_is_that_of_a_simulation() -> None:
    terms = ValueTerms(draws=4000)
    certain = replace(MODEL, covariance=None), replace(SPEND, covariance=None)
    values = customer_values(*certain, X, LAST, AGE, MONEY, terms)
    assert values.variance.shape == (4,)
    assert np.all(values.variance > 0)
    # The mean of the same draws is the value itself, so the second moment stands on the right first one.
    spread = np.sqrt(values.variance)
    assert np.all(values.high - values.low < 6 * spread)
    assert np.all(values.high - values.clv > spread * 0.5)
