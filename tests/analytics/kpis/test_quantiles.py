"""Percentiles of counted values are those of the values themselves."""

import random

import pytest

from analytics.kpis.quantiles import median_of, percentile_of
from crm_site.lib.statistics import percentile


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_are_those_of_the_values_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    values = [chance.randrange(12) for _number in range(chance.randrange(1, 40))]
    counts = {value: values.count(value) for value in set(values)}
    for share in (0.0, 0.25, 0.5, 0.9, 1.0):
        assert percentile_of(counts, share).value == pytest.approx(percentile(values, share))


def test_nothing_has_no_median() -> None:
    assert (median_of({}).value, median_of({}).n, percentile_of({}, 0.9).value) == (None, 0, None)


def test_the_interval_of_a_median_is_held_by_ranks_and_open_below_six() -> None:
    assert (median_of({3: 5}).value, median_of({3: 5}).low) == (3.0, None)
    found = median_of(dict.fromkeys(range(1, 26), 1))
    # 25 values: ranks 12.5 ± 4.9, from 0.
    assert (found.value, found.low, found.high) == (13.0, 8.0, 19.0)
