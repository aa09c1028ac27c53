"""The health of one customer, from its parts."""

import pytest

from tests.analytics.health_definition import Parts, answer, health, issues, rhythm, trend


@pytest.mark.parametrize(
    ("silent", "gap", "points"),
    [(0, 30, 100), (30, 30, 100), (60, 30, 50), (75, 30, 25), (90, 30, 0), (900, 30, 0), (14, 1, 50), (40, 20, 50)],
)
def test_rhythm_falls_from_one_usual_gap_to_three_and_a_gap_is_a_week_at_least(
    silent: float, gap: float, points: int
) -> None:
    assert rhythm(silent, gap) == points


@pytest.mark.parametrize(
    ("year", "before", "points"), [(50, 100, 50), (300, 100, 100), (0, 100, 0), (-20, 100, 0), (50, 0, None)]
)
def test_trend_is_the_year_in_per_cent_of_the_year_before(year: float, before: float, points: int | None) -> None:
    assert trend(year, before) == points


def test_answers_of_both_scales_go_from_0_to_100() -> None:
    assert [answer("nps", score) for score in (0, 6, 10)] == [0, 60, 100]
    assert [answer("csat", score) for score in (1, 3, 5)] == [0, 50, 100]


def test_every_open_issue_costs_a_quarter() -> None:
    assert [issues(count) for count in (0, 1, 4, 9)] == [100, 75, 0, 0]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (Parts(100, 100, 100, 100), (100, "good")),
        # (40 · 100 + 20 · 100 + 25 · 20 + 15 · 100) / 100 = 80; (80 + 20) / 2 = 50: one bad answer is enough.
        (Parts(100, 100, 20, 100), (50, "watch")),
        # (20 · 50 + 15 · 100) / 75 = 33.3; (33.3 + 0) / 2 = 16.7.
        (Parts(0, 50, None, 100), (17, "risk")),
        (Parts(70, 70, 70, 70), (70, "good")),
        (Parts(40, None, None, None), (40, "watch")),
        (Parts(39, None, None, None), (39, "risk")),
        (Parts(None, None, None, 100), (0, "")),
        (Parts(), (0, "")),
    ],
)
def test_half_is_the_weighted_mean_and_half_the_lowest_part(parts: Parts, expected: tuple[int, str]) -> None:
    assert health(parts) == expected
