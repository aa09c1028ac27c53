"""Vectors of the analytics reference, gradients, extremes and simulated truth."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.estimation import bgnbd, gamma_gamma
from analytics.estimation.bgnbd import BgNbd, expected_purchases, fit_bgnbd, group_histories, p_alive
from analytics.estimation.clv import ValueTerms, customer_values, purchase_interval
from analytics.estimation.gamma_gamma import GammaGamma, expected_spend, fit_gamma_gamma
from analytics.estimation.holdout import assess_holdout
from analytics.estimation.refusals import EstimationRefused

Floats = NDArray[np.float64]
MODEL = BgNbd(0.243, 4.414, 0.793, 2.426)
SPEND = GammaGamma(6.25, 3.74, 15.44)
X = np.array([2.0, 1.0, 0.0, 7.0])
T_X = np.array([30.43, 1.71, 0.0, 29.43])
AGE = np.full(4, 38.86)
MEAN = np.array([22.35, 11.77, 0.0, 73.74])


def _population(size: int, seed: int) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Simulate the model's own story: x, t_x, T, mean spend and purchases of the next 52 weeks."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(size):
        rate, leaving = random.gamma(0.6, 1 / 8.0), random.beta(0.8, 2.5)
        age = float(random.integers(20, 60))
        at, times = 0.0, []
        while True:
            at += random.exponential(1 / max(rate, 1e-9))
            if at > age + 52:
                break
            times.append(at)
            if random.random() < leaving:
                break
        seen = [time for time in times if time <= age]
        shape = random.gamma(3.7, 1 / 15.0)
        spend = random.gamma(6.0 * len(seen), 1 / shape) / len(seen) if seen else 0.0
        rows.append((len(seen), seen[-1] if seen else 0.0, age, spend, len(times) - len(seen)))
    x, t_x, age_, mean, later = np.array(rows, dtype=np.float64).T
    return x, t_x, age_, mean, later


def test_single_customers_match_the_reference() -> None:
    values = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN)
    assert np.round(values.p_alive, 5).tolist() == [0.72658, 0.21210, 1.0, 0.64176]
    assert np.round(expected_purchases(MODEL, X, T_X, AGE, 39), 5).tolist() == [
        1.22603,
        0.20319,
        0.19510,
        3.33705,
    ]
    assert np.round(values.spend, 4).tolist() == [24.6637, 18.9169, 35.2190, 71.4697]
    assert np.round(values.clv, 4).tolist() == [36.3113, 4.6402, 8.3745, 283.6971]
    assert np.all(values.low <= values.clv)
    assert np.all(values.clv <= values.high)


def test_margin_and_discount_scale_the_value() -> None:
    full = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN)
    half = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN, ValueTerms(margin=0.5))
    assert np.allclose(half.clv, full.clv / 2)
    assert np.allclose(half.high, full.high / 2)
    dearer = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN, ValueTerms(monthly_discount=0.05))
    assert np.all(dearer.clv < full.clv)


def test_the_unit_of_time_does_not_change_the_value() -> None:
    daily = BgNbd(MODEL.r, MODEL.alpha * 7, MODEL.a, MODEL.b)
    weeks = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN)
    days = customer_values(daily, SPEND, X, T_X * 7, AGE * 7, MEAN, ValueTerms(unit_days=1))
    assert np.allclose(days.clv, weeks.clv)
    assert np.allclose(days.purchases_365_days, weeks.purchases_365_days)


def test_intervals_repeat_exactly_by_seed() -> None:
    first = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN, ValueTerms(seed=7))
    again = customer_values(MODEL, SPEND, X, T_X, AGE, MEAN, ValueTerms(seed=7))
    assert first.high.tolist() == again.high.tolist()


@pytest.mark.parametrize("logs", [[-1.4, 1.5, -0.2, 0.9], [0.5, 3.0, 1.0, 2.0], [-3.0, -1.0, -2.0, -1.0]])
def test_gradients_equal_finite_differences(logs: list[float]) -> None:
    x, t_x, age, mean, _ = _population(300, 3)
    histories = group_histories(x, t_x, age)
    point = np.array(logs)
    gradient = bgnbd.loglikelihood(histories, point)[1]
    for at in range(4):
        step = np.eye(4)[at] * 1e-6
        above, below = (
            bgnbd.loglikelihood(histories, point + step)[0],
            bgnbd.loglikelihood(histories, point - step)[0],
        )
        assert gradient[at] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-4)
    used = x > 0
    gradient = gamma_gamma.loglikelihood(x[used], mean[used], point[:3])[1]
    for at in range(3):
        step = np.eye(3)[at] * 1e-6
        above = gamma_gamma.loglikelihood(x[used], mean[used], point[:3] + step)[0]
        below = gamma_gamma.loglikelihood(x[used], mean[used], point[:3] - step)[0]
        assert gradient[at] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-4)


def test_grouping_does_not_change_the_likelihood() -> None:
    x, t_x, age = np.array([2.0, 2.0, 0.0]), np.array([5.0, 5.0, 0.0]), np.array([9.0, 9.0, 9.0])
    point = np.log(MODEL.parameters)
    together = bgnbd.loglikelihood(group_histories(x, t_x, age), point)[0]
    apart = sum(bgnbd.loglikelihood(group_histories(x[[at]], t_x[[at]], age[[at]]), point)[0] for at in range(3))
    assert together == pytest.approx(apart)
    assert group_histories(x, t_x, age).weights.tolist() == [1.0, 2.0]


def test_a_simulated_population_is_found_again_and_covered() -> None:
    x, t_x, age, mean, later = _population(8000, 11)
    model = fit_bgnbd(group_histories(x, t_x, age))
    assert model.log_errors is not None
    truth = np.log([0.6, 8.0, 0.8, 2.5])
    assert np.all(np.abs(np.log(model.parameters) - truth) < 3.5 * model.log_errors)
    judged = assess_holdout(model, x, t_x, age, later, 52)
    assert judged is not None
    assert judged.forecast == pytest.approx(judged.actual, rel=0.05)
    assert 0.95 <= judged.coverage <= 0.985
    spend = fit_gamma_gamma(x, mean)
    assert spend.population_mean == pytest.approx(6 * 15 / 2.7, rel=0.06)


def test_value_intervals_cover_simulated_spend() -> None:
    random = np.random.default_rng(5)
    size = 20000
    x, age = np.full(size, 4.0), np.full(size, 40.0)
    rate = random.gamma(MODEL.r + 4, 1 / (MODEL.alpha + 40), size)
    bought = np.minimum(
        random.poisson(rate * 12 * 30.4375 / 7), random.geometric(random.beta(MODEL.a, MODEL.b + 4, size))
    )
    alive = random.random(size) < p_alive(MODEL, 4, 36, 40)
    nu = random.gamma(SPEND.p * 4 + SPEND.q, 1 / (SPEND.v + 4 * 30), size)
    money = np.where(alive & (bought > 0), random.gamma(np.maximum(SPEND.p * bought, 1)) / nu, 0.0)
    terms = ValueTerms(level=0.8, monthly_discount=0.0, draws=20000)
    values = customer_values(MODEL, SPEND, x[:1], [36.0], age[:1], [30.0], terms)
    low, high = float(values.low[0]), float(values.high[0])
    assert np.mean(money > high) == pytest.approx(0.1, abs=0.01)
    assert np.mean(money < low) <= 0.1
    assert float(values.clv[0]) == pytest.approx(money.mean(), rel=0.03)


def test_forecasts_stay_finite_and_sane_at_extremes() -> None:
    ages = np.array([0.0, 1.0, 500.0, 5000.0])
    for a in (0.05, 0.999999999, 1.0, 1.000001, 3.0, 500.0):
        for b in (0.01, 1.0, 4000.0):
            model = BgNbd(0.3, 2.0, a, b)
            for x in (0.0, 1.0, 50.0, 3000.0):
                ladder = [bgnbd.purchases_if_alive(model.parameters, x, ages, t) for t in (0.01, 1.0, 52.0, 520.0)]
                assert all(np.all(np.isfinite(step)) and np.all(step >= 0) for step in ladder)
                assert all(np.all(later >= earlier * (1 - 1e-6)) for earlier, later in pairwise(ladder))
                chance = p_alive(model, x, ages * 0.9, ages)
                assert np.all((chance >= 0) & (chance <= 1))


def test_the_integral_agrees_with_the_hypergeometric_series() -> None:
    horizon = np.full(4, 39.0)
    series = bgnbd.purchases_if_alive(MODEL.parameters, X, AGE, horizon)
    assert bgnbd._integrated(MODEL.r, MODEL.alpha, MODEL.a, MODEL.b, X, AGE, horizon) == pytest.approx(series, rel=1e-4)


def test_a_equal_to_one_is_continuous() -> None:
    values = [
        float(expected_purchases(BgNbd(0.243, 4.414, a, 2.426), 2, 30.43, 38.86, 39)[0]) for a in (0.9999, 1.0, 1.0001)
    ]
    assert values[1] == pytest.approx((values[0] + values[2]) / 2, rel=1e-6)


def test_too_few_repeaters_are_refused() -> None:
    x = np.array([1.0] * 99 + [0.0] * 500)
    with pytest.raises(EstimationRefused) as refused:
        fit_bgnbd(group_histories(x, x, x + 5))
    assert (refused.value.reason, refused.value.repeaters) == ("too_few_repeaters", 99)
    with pytest.raises(EstimationRefused):
        fit_gamma_gamma(x, x)


@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [([1.5], [1.0], [2.0]), ([1.0], [3.0], [2.0]), ([-1.0], [0.0], [2.0]), ([1.0], [np.nan], [2.0])],
)
def test_impossible_histories_are_refused(x: list[float], t_x: list[float], age: list[float]) -> None:
    with pytest.raises(EstimationRefused, match="bad_input"):
        group_histories(x, t_x, age)


def test_customers_who_never_leave_are_fitted_without_a_crash() -> None:
    random = np.random.default_rng(2)
    rate = random.gamma(2.0, 1 / 10.0, 500)
    x = random.poisson(rate * 50).astype(np.float64)
    model = fit_bgnbd(group_histories(x, np.where(x > 0, 49.9, 0.0), np.full(500, 50.0)))
    values = customer_values(model, SPEND, x, np.where(x > 0, 49.9, 0.0), np.full(500, 50.0), np.full(500, 20.0))
    assert np.all(np.isfinite(values.clv))
    assert np.all(np.isfinite(values.high))


def test_an_infinite_population_mean_falls_back() -> None:
    heavy = GammaGamma(2.0, 0.9, 10.0)
    assert heavy.population_mean is None
    assert np.isnan(expected_spend(heavy, [0.0], [0.0])[0])
    assert expected_spend(heavy, [0.0], [0.0], fallback=25.0).tolist() == [25.0]
    assert customer_values(MODEL, heavy, X, T_X, AGE, MEAN).spend[2] == pytest.approx(MEAN[[0, 1, 3]].mean())


def test_correlated_spend_is_doubted() -> None:
    assert GammaGamma(1, 2, 3, correlation=-0.31).doubtful
    assert not GammaGamma(1, 2, 3, correlation=0.3).doubtful


def test_a_wider_level_gives_a_wider_count_interval() -> None:
    low80, high80 = purchase_interval(MODEL, X, T_X, AGE, 39, ValueTerms(level=0.8))
    low95, high95 = purchase_interval(MODEL, X, T_X, AGE, 39)
    assert np.all(high95 >= high80)
    assert np.all(low95 <= low80)
    assert np.all(high95 == np.floor(high95))


def test_terms_without_meaning_are_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        ValueTerms(monthly_discount=-1)
