"""Whose turn it is: pure choices among candidates, each of which is available and has room for one more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crm_site.assignment.choices import Method


@dataclass(frozen=True)
class Candidate:
    """Somebody who could get the record.

    `turn` is the number of the last turn they had under the rule (0 for none), `open_count` what they have open, and
    `credit` what the smooth weighted turns owe them.
    """

    user_id: int
    weight: int = 1
    open_count: int = 0
    turn: int = 0
    credit: int = 0


@dataclass(frozen=True)
class Picked:
    """Who was chosen, and how the credits stand afterwards (by user, only of weighted turns)."""

    user_id: int
    credits: Mapping[int, int]


def in_turn(candidates: Sequence[Candidate]) -> Picked:
    """Choose who had no turn for longest; among candidates that stay, all get as many, give or take one."""
    return Picked(min(candidates, key=lambda one: (one.turn, one.user_id)).user_id, {})


def fewest_open(candidates: Sequence[Candidate]) -> Picked:
    """Choose who has the fewest open records, of several the one who had no turn for longest."""
    return Picked(min(candidates, key=lambda one: (one.open_count, one.turn, one.user_id)).user_id, {})


def by_weight(candidates: Sequence[Candidate]) -> Picked:
    """Choose by smooth weighted turns: over as many choices as the weights sum to, each is chosen weight times.

    Everybody's credit grows by their weight; the largest credit wins and pays the sum of the weights. Turns of one
    person are spread among the others' (the algorithm of nginx's upstreams).
    """
    grown = {one.user_id: one.credit + one.weight for one in candidates}
    chosen = min(candidates, key=lambda one: (-grown[one.user_id], one.user_id)).user_id
    grown[chosen] -= sum(one.weight for one in candidates)
    return Picked(chosen, grown)


PICKERS: dict[str, Callable[[Sequence[Candidate]], Picked]] = {
    Method.ROUND_ROBIN: in_turn,
    Method.LEAST_OPEN: fewest_open,
    Method.WEIGHTED: by_weight,
}
