"""Whose turn it is: fair, exact, and the same whatever the order of the candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from crm_site.assignment.choices import Method
from crm_site.assignment.picking import PICKERS, Candidate, by_weight, fewest_open, in_turn


def run(method: str, candidates: Sequence[Candidate], times: int) -> list[int]:
    """Choose so many times, as a run of assignment would, and return who was chosen."""
    people, found = {one.user_id: one for one in candidates}, []
    for turn in range(1, times + 1):
        picked = PICKERS[method](list(people.values()))
        for key, credit in picked.credits.items():
            people[key] = replace(people[key], credit=credit)
        chosen = people[picked.user_id]
        people[chosen.user_id] = replace(chosen, turn=turn, open_count=chosen.open_count + 1)
        found.append(chosen.user_id)
    return found


def test_everybody_has_a_turn_before_anybody_has_two() -> None:
    assert run(Method.ROUND_ROBIN, [Candidate(3), Candidate(1), Candidate(2)], 7) == [1, 2, 3, 1, 2, 3, 1]


def test_who_had_no_turn_for_longest_is_next() -> None:
    assert in_turn([Candidate(1, turn=9), Candidate(2, turn=4), Candidate(3, turn=7)]).user_id == 2
    assert in_turn([Candidate(1, turn=9), Candidate(2, turn=4), Candidate(3)]).user_id == 3


def test_the_fewest_open_win_and_of_several_the_longest_without_a_turn() -> None:
    three = [Candidate(1, open_count=2), Candidate(2, open_count=1, turn=5), Candidate(3, open_count=1, turn=2)]
    assert fewest_open(three).user_id == 3
    assert run(Method.LEAST_OPEN, [Candidate(1, open_count=3), Candidate(2)], 5) == [2, 2, 2, 1, 2]


def test_weighted_turns_are_spread_as_nginx_spreads_them() -> None:
    three = [Candidate(1, weight=5), Candidate(2, weight=1), Candidate(3, weight=1)]
    assert run(Method.WEIGHTED, three, 7) == [1, 1, 2, 1, 3, 1, 1]


def test_credits_always_sum_to_nothing() -> None:
    picked = by_weight([Candidate(1, weight=2, credit=1), Candidate(2, weight=3, credit=-1)])
    assert sum(picked.credits.values()) == 0


people = st.integers(1, 12)


@given(count=people, times=st.integers(0, 200))
def test_turns_are_fair_to_within_one(count: int, times: int) -> None:
    found = Counter(run(Method.ROUND_ROBIN, [Candidate(key) for key in range(count)], times))
    shares = [found[key] for key in range(count)]
    assert max(shares) - min(shares) <= 1


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=8), rounds=st.integers(1, 4))
def test_weighted_turns_are_exact_over_whole_rounds_and_near_within_them(weights: list[int], rounds: int) -> None:
    candidates = [Candidate(key, weight=weight) for key, weight in enumerate(weights)]
    total = sum(weights)
    found = run(Method.WEIGHTED, candidates, total * rounds)
    assert Counter(found) == {key: weight * rounds for key, weight in enumerate(weights)}
    for length in range(1, len(found) + 1):
        shares = Counter(found[:length])
        assert all(abs(shares[key] - length * weight / total) < len(weights) for key, weight in enumerate(weights))


@given(loads=st.lists(st.integers(0, 30), min_size=2, max_size=8), times=st.integers(0, 120))
def test_the_fewest_open_even_out_and_never_raise_the_largest_before(loads: list[int], times: int) -> None:
    candidates = [Candidate(key, open_count=load) for key, load in enumerate(loads)]
    found = Counter(run(Method.LEAST_OPEN, candidates, times))
    after = [load + found[key] for key, load in enumerate(loads)]
    assert max(after) <= max(max(loads), min(after) + 1)


@given(st.permutations([Candidate(1, turn=1), Candidate(2, weight=3), Candidate(3, open_count=1), Candidate(4)]))
def test_the_order_of_the_candidates_decides_nothing(order: list[Candidate]) -> None:
    for method in Method:
        assert PICKERS[method](order) == PICKERS[method](sorted(order, key=lambda one: one.user_id))
