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
