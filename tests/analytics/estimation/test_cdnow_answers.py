"""The published answers on the CDNOW sample, calibrated to 1997-09-30 in weeks."""

from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.estimation.bgnbd import BgNbd, expected_new, expected_purchases, fit_bgnbd, group_histories
from analytics.estimation.clv import ValueTerms
from analytics.estimation.gamma_gamma import fit_gamma_gamma
from analytics.estimation.holdout import assess_holdout
from tests.reference_data import cdnow

Columns = dict[str, NDArray[np.float64]]


@pytest.fixture(scope="module")
def sample() -> Columns:
    return cdnow(date(1997, 9, 30))


@pytest.fixture(scope="module")
def model(sample: Columns) -> BgNbd:
    return fit_bgnbd(group_histories(sample["x"], sample["t_x"], sample["T"]))


def test_the_sample_has_the_papers_counts(sample: Columns) -> None:
    histories = group_histories(sample["x"], sample["t_x"], sample["T"])
    assert (histories.customers, histories.repeaters, int(sample["x"].sum())) == (2357, 946, 2457)


def test_bgnbd_finds_the_papers_parameters(model: BgNbd) -> None:
    assert model.converged
    assert [round(float(value), 4) for value in model.parameters] == [0.2426, 4.4136, 0.7929, 2.4259]
    assert round(model.loglik, 3) == -9582.429
    assert model.log_errors is not None
    assert [round(float(error), 4) for error in model.log_errors] == [0.0518, 0.0857, 0.2342, 0.2908]


def test_gamma_gamma_finds_the_papers_parameters(sample: Columns) -> None:
    fitted = fit_gamma_gamma(sample["x"], sample["spend"])
    assert fitted.converged
    assert [round(float(value), 2) for value in fitted.parameters] == [6.25, 3.74, 15.44]
    assert round(fitted.loglik, 2) == -4055.92
    assert fitted.correlation is not None
    assert not fitted.doubtful


def test_new_customers_buy_as_in_the_authors_spreadsheet(model: BgNbd) -> None:
    weeks = [1 / 7, 1, 3, 223 / 7, 32, 78]
    expected = [round(float(value), 4) for value in expected_new(model, weeks)]
    assert expected == [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8580]
    assert round(float(expected_purchases(model, 2, 30.43, 38.86, 39)[0]), 3) == 1.226


def test_the_holdout_is_forecast_better_than_by_guessing(model: BgNbd, sample: Columns) -> None:
    judged = assess_holdout(model, sample["x"], sample["t_x"], sample["T"], sample["later"], 39)
    assert judged is not None
    assert (judged.customers, judged.actual, round(judged.forecast)) == (2357, 1882, 1653)
    assert [round(error, 4) for error in (judged.mae, judged.same_mae, judged.mean_mae)] == [
        0.7855,
        0.8973,
        1.1335,
    ]


@pytest.mark.parametrize(("level", "coverage"), [(0.8, 0.928), (0.95, 0.972)])
def test_purchase_intervals_hold_what_they_promise(
    model: BgNbd, sample: Columns, level: float, coverage: float
) -> None:
    terms = ValueTerms(level=level)
    judged = assess_holdout(model, sample["x"], sample["t_x"], sample["T"], sample["later"], 39, terms)
    assert judged is not None
    assert judged.coverage >= level
    assert judged.coverage == pytest.approx(coverage, abs=0.01)
