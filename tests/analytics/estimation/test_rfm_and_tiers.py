"""RFM scores, segments and value tiers as the reference defines them."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.estimation.rfm import (
    SEGMENT_OF,
    SEGMENTS,
    quintile_scores,
    rfm_scores,
    segment_codes,
    value_tiers,
)

VECTOR = {
    "A": (1, 12, 900, 555), "B": (3, 8, 640, 454), "C": (3, 1, 40, 411), "D": (10, 4, 300, 443),
    "E": (15, 1, 25, 311), "F": (30, 2, 300, 333), "G": (45, 1, 80, 312), "H": (60, 6, 1200, 245),
    "I": (90, 1, 15, 211), "J": (120, 3, 210, 133), "K": (200, 1, 60, 112), "L": (365, 2, 110, 133),
}  # fmt: skip


def test_scores_match_the_reference_vector() -> None:
    days, orders, revenue, expected = np.array(list(VECTOR.values())).T
    r, f, m = rfm_scores(days, orders, revenue)
    assert (100 * r + 10 * f + m).tolist() == expected.tolist()


def test_segments_partition_the_grid() -> None:
    assert len(SEGMENTS) == 10
    assert set(SEGMENT_OF) == {(r, f) for r in range(1, 6) for f in range(1, 6)}
    assert segment_codes([5, 1, 4], [5, 5, 1]) == ["champion", "cant_lose", "promising"]
    with pytest.raises(KeyError):
        segment_codes([0], [5])


@given(st.lists(st.integers(-5, 5), max_size=40))
def test_equal_values_share_a_score_and_better_never_scores_less(values: list[int]) -> None:
    scores = quintile_scores(values).tolist()
    pairs = sorted(zip(values, scores, strict=True))
    assert all(1 <= score <= 5 for score in scores)
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(pairs))
    assert len(set(pairs)) == len(set(values))


def test_tiers_are_the_smallest_heads_and_negatives_are_low() -> None:
    tiers = value_tiers([1, 2, 3, 4, 5, 6], [50, 30, 10, 5, 5, -40])
    assert tiers.tolist() == ["high", "high", "medium", "medium", "low", "low"]


def test_equal_values_go_by_id() -> None:
    assert value_tiers([9, 3, 5, 7, 1], [20] * 5).tolist() == ["medium", "high", "high", "high", "high"]
    assert value_tiers([2, 1], [-1, 0]).tolist() == ["low", "low"]
    assert value_tiers([], []).tolist() == []
