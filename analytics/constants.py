"""Fixed figures of analytics."""

from __future__ import annotations

from decimal import Decimal

# Preferred numbers, ten to a decade; every third is a round one (1, 2, 5), at which histograms cut.
_STEPS = ("1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8")
DECADES = range(9)

VALUE_EDGES: tuple[Decimal, ...] = (
    Decimal(0),
    *(Decimal(step) * 10**decade for decade in DECADES for step in _STEPS),
)
ROUND_EDGES: tuple[Decimal, ...] = (
    Decimal(0),
    *(Decimal(step) * 10**decade for decade in DECADES for step in (1, 2, 5)),
)

JOBS_OF_VALUE = ("rfm", "clv", "value_tiers")

UNITS = ("day", "week", "month")
"""Units of time in which a customer's history can be told."""

# Health: what each known part weighs, and from how many points which word holds.
HEALTH_WEIGHTS: dict[str, int] = {"rhythm": 40, "trend": 20, "answer": 25, "issues": 15}
HEALTH_BOUNDS: tuple[tuple[int, str], ...] = ((70, "good"), (40, "watch"), (0, "risk"))
LOST_AFTER_GAPS = 3
"""After how many usual gaps of silence nothing is left of the rhythm's points."""
SHORTEST_GAP = 7
"""Days that a usual gap counts at least: two orders within a week promise no weekly ones."""
POINTS_AN_ISSUE = 25
HEALTH_DAYS = 365
"""How long an answer counts, and how long the two spans of revenue are that are compared."""

SIZE_EDGES: tuple[int, ...] = (1_000, 5_000, 20_000, 100_000)
"""Where the size bands of deals begin, in the base currency; the first holds what is below."""
AGE_EDGES: tuple[int, ...] = (30, 60, 90, 180)
"""From how many days since the opening the later age bands of open deals begin."""
