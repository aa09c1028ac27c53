"""Why a model is not fitted."""

from __future__ import annotations

from typing import Literal

MINIMUM_REPEATERS = 100

Reason = Literal["too_few_repeaters", "not_converged", "bad_input"]


class EstimationRefused(Exception):  # noqa: N818 - named for what happened, as DESIGN.md names events
    """A fit that would mislead; ``repeaters`` is the number of customers with a repeat purchase."""

    def __init__(self, reason: Reason, repeaters: int = 0) -> None:
        super().__init__(f"{reason} (repeaters {repeaters}, needed {MINIMUM_REPEATERS})")
        self.reason: Reason = reason
        self.repeaters = repeaters
