"""The health of one customer said plainly, for the statement that scores all of them to be held to.

Half of the score is the weighted mean of the parts that are known, half is the lowest of them: one bad sign is
enough to act, however well the rest looks. Open issues alone say nothing of a customer of whom nothing else is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.constants import (
    HEALTH_BOUNDS,
    HEALTH_WEIGHTS,
    LOST_AFTER_GAPS,
    POINTS_AN_ISSUE,
    SHORTEST_GAP,
)


@dataclass(frozen=True)
class Parts:
    """The parts of a score, each from 0 to 100, or None where nothing is known."""

    rhythm: int | None = None
    trend: int | None = None
    answer: int | None = None
    issues: int | None = None

    def known(self) -> dict[str, int]:
        """Return the parts that are known, by name."""
        return {name: value for name in HEALTH_WEIGHTS if (value := getattr(self, name)) is not None}


def rhythm(silent_days: float, usual_gap_days: float) -> int:
    """Score silence: 100 up to one usual gap, falling evenly to 0 at three; gaps under a week count as a week."""
    gaps = silent_days / max(SHORTEST_GAP, usual_gap_days)
    return _points(100 * (LOST_AFTER_GAPS - gaps) / (LOST_AFTER_GAPS - 1))


def trend(year: float, year_before: float) -> int | None:
    """Score net revenue of the last 365 days against the 365 days before; None where there was none before."""
    return _points(100 * year / year_before) if year_before > 0 else None


def answer(kind: str, score: int) -> int:
    """Put an answer on the scale from 0 to 100: NPS from 0 to 10, CSAT from 1 to 5."""
    return score * 10 if kind == "nps" else (score - 1) * 25


def issues(count: int) -> int:
    """Take a quarter away for every open issue."""
    return max(0, 100 - POINTS_AN_ISSUE * count)


def health(parts: Parts) -> tuple[int, str]:
    """Return the score from 0 to 100 and its word (`good`, `watch`, `risk`); (0, "") where too little is known."""
    known = parts.known()
    if not set(known) - {"issues"}:
        return 0, ""
    mean = sum(HEALTH_WEIGHTS[name] * value for name, value in known.items()) / sum(HEALTH_WEIGHTS[n] for n in known)
    score = _points((mean + min(known.values())) / 2)
    return score, next(word for bound, word in HEALTH_BOUNDS if score >= bound)


def _points(value: float) -> int:
    """Bring a value to whole points from 0 to 100, halves up."""
    return math.floor(min(100.0, max(0.0, value)) + 0.5)
