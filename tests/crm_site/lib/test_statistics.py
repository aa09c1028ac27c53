"""Vectors of the analytics reference, sections 1, 2 and 6."""

from decimal import Decimal

import pytest

from crm_site.lib import statistics


def known(value: float | None) -> float:
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("counts", "value", "low", "high", "mean"),
    [
        ([2, 3, 10, 45, 40], 85.00, 76.72, 90.69, 4.18),
        ([0, 0, 0, 0, 7], 100.00, 64.57, 100.00, 5.0),
        ([1, 0, 0, 0, 0], 0.00, 0.00, 79.35, 1.0),
        ([120, 80, 300, 900, 600], 75.00, 73.06, 76.85, 3.89),
    ],
)
def test_csat_is_the_top_two_boxes_with_a_wilson_interval(
    counts: list[int], value: float, low: float, high: float, mean: float
) -> None:
    score = statistics.satisfaction_score(counts)
    assert (round(known(score.value), 2), round(known(score.low), 2), round(known(score.high), 2)) == (value, low, high)
    assert score.n == sum(counts)
    assert round(known(statistics.mean_score(counts)), 4) == mean


def test_csat_without_answers_has_no_value() -> None:
    assert statistics.satisfaction_score([0] * 5) == statistics.Estimate(None, None, None, 0)
    assert statistics.mean_score([0] * 5) is None


def test_csat_on_another_scale_takes_its_own_top_two() -> None:
    assert statistics.satisfaction_score([0, 0, 0, 0, 0, 0, 0, 0, 3, 1]).value == 100
    with pytest.raises(ValueError, match="top 2"):
        statistics.satisfaction_score([1, 1])


@pytest.mark.parametrize(
    ("counts", "value", "error", "margin", "adjusted_low", "adjusted_high"),
    [
        ((20, 30, 50), 30.00, 7.810, 15.31, 14.05, 44.20),
        ((0, 0, 10), 100.00, 0.000, 0.00, 47.50, 100.00),
        ((3, 0, 3), 0.00, 40.825, 80.02, -59.64, 59.64),
        ((150, 250, 600), 45.00, 2.340, 4.59, 40.28, 49.45),
    ],
)
def test_nps_matches_the_reference(
    counts: tuple[int, int, int],
    value: float,
    error: float,
    margin: float,
    adjusted_low: float,
    adjusted_high: float,
) -> None:
    score = statistics.net_promoter_score(*counts)
    low, high = statistics.adjusted_wald_nps(*counts)
    assert round(known(score.value), 2) == value
    assert round(known(score.standard_error), 3) == error
    assert round(known(score.margin), 2) == margin
    assert (round(low, 2), round(high, 2)) == (adjusted_low, adjusted_high)


def test_nps_without_answers_has_no_value() -> None:
    score = statistics.net_promoter_score(0, 0, 0)
    assert (score.value, score.low, score.high, score.n, score.margin) == (None, None, None, 0, None)


@pytest.mark.parametrize(
    ("counts", "adjusted"),
    [
        ((20, 30, 50), False),
        ((0, 0, 10), True),
        ((10, 9, 10), True),
        ((10, 10, 10), False),
        ((0, 0, 40), True),
    ],
)
def test_nps_shows_the_adjusted_interval_for_small_or_spreadless_samples(
    counts: tuple[int, int, int], adjusted: bool
) -> None:
    score = statistics.net_promoter_score(*counts)
    assert score.adjusted is adjusted
    wald = (known(score.value) - known(score.margin), known(score.value) + known(score.margin))
    assert (score.low, score.high) == (statistics.adjusted_wald_nps(*counts) if adjusted else wald)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        statistics.net_promoter_score(-1, 0, 2)
    with pytest.raises(ValueError, match="successes"):
        statistics.wilson(3, 2)


def test_the_difference_of_two_scores_uses_both_errors() -> None:
    first = statistics.net_promoter_score(20, 30, 50)
    second = statistics.net_promoter_score(150, 250, 600)
    assert statistics.nps_difference(first, second) == pytest.approx(-15 / (7.8102497**2 + 2.3398718**2) ** 0.5)
    assert statistics.nps_difference(first, statistics.net_promoter_score(0, 0, 0)) is None
    sure = statistics.net_promoter_score(0, 0, 5)
    assert statistics.nps_difference(sure, sure) is None


def test_effort_is_the_share_of_five_to_seven() -> None:
    assert statistics.effort_share([1, 1, 1, 1, 2, 2, 2]).value == 60
    assert statistics.mean_score([1, 1, 1, 1, 2, 2, 2]) == pytest.approx(4.6)
    with pytest.raises(ValueError, match="seven"):
        statistics.effort_share([1, 2, 3, 4, 5])


def test_csi_weighs_attributes_by_importance() -> None:
    index = statistics.satisfaction_index([(4.6, 4.2), (4.1, 3.8), (3.5, 4.5)])
    assert [round(weight, 5) for weight in index.weights] == [0.37705, 0.33607, 0.28689]
    assert round(known(index.weighted_mean), 5) == 4.15164
    assert round(known(index.value), 3) == 78.791
    assert statistics.satisfaction_index([(5, 5), (5, 5)]) == statistics.SatisfactionIndex(100.0, 5.0, (0.5, 0.5))


def test_csi_leaves_out_attributes_without_answers_and_equals_unasked_importance() -> None:
    assert statistics.satisfaction_index([(5, 3), (5, None)]).weights == (1.0, 0.0)
    assert statistics.satisfaction_index([(None, 5), (None, 1)]).value == 50
    assert statistics.satisfaction_index([(5, None)]).value is None
    assert statistics.satisfaction_index([]).value is None


@pytest.mark.parametrize(
    ("margins", "rate", "cost", "value"),
    [
        ([100, 100, 100], "0.1", 50, "198.69"),
        ([120, 80, 60, 40], "0.08", 150, "106.73"),
        ([50, 50], "0", 20, "80.00"),
        ([], "0.1", 30, "-30.00"),
    ],
)
def test_discounted_clv_matches_the_reference(margins: list[int], rate: str, cost: int, value: str) -> None:
    result = statistics.discounted_value([Decimal(m) for m in margins], Decimal(rate), Decimal(cost))
    assert statistics.round_half_away(result, 2) == Decimal(value)


def test_a_rate_of_minus_one_is_refused() -> None:
    with pytest.raises(ValueError, match="above -1"):
        statistics.discounted_value([Decimal(1)], Decimal(-1))
    with pytest.raises(ValueError, match="above -1"):
        statistics.monthly_rate(-1)


def test_a_yearly_rate_compounds_from_months() -> None:
    assert (1 + statistics.monthly_rate(0.12)) ** 12 == pytest.approx(1.12)


def test_percentiles_interpolate() -> None:
    values = [4, 8, 15, 16, 23, 42, 108]
    assert statistics.percentile(values, 0.5) == 16
    assert statistics.percentile(values, 0.9) == pytest.approx(68.4)
    assert statistics.percentile([], 0.9) is None
    assert statistics.percentile([7], 0.9) == 7


def test_a_mean_carries_a_student_interval() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    interval = statistics.mean_interval(5, sum(values), sum(v * v for v in values))
    assert interval.value == 3
    assert known(interval.high) - 3 == pytest.approx(2.776445 * (2.5 / 5) ** 0.5, rel=1e-6)
    assert statistics.mean_interval(1, 4, 16) == statistics.Estimate(4, None, None, 1)
    assert statistics.mean_interval(0, 0, 0) == statistics.Estimate(None, None, None, 0)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(2.5, 0, "3"), (-2.5, 0, "-3"), (0.125, 2, "0.13"), (2.675, 2, "2.68"), (Decimal("-0.005"), 2, "-0.01")],
)
def test_halves_round_away_from_zero(value: float | Decimal, digits: int, text: str) -> None:
    assert statistics.round_half_away(value, digits) == Decimal(text)


def test_changes_need_a_previous_value() -> None:
    assert statistics.relative_change(110, 100) == 10
    assert statistics.relative_change(-50, -100) == 50
    assert statistics.relative_change(1, 0) is None
    assert statistics.relative_change(None, 3) is None
    assert statistics.point_change(45.0, 40.0) == 5
    assert statistics.point_change(45.0, None) is None
