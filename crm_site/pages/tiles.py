"""KPI tiles: a figure with its doubt, its change and its recent course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Tone = Literal["good", "bad", "flat"]
WIDTH, HEIGHT, MARGIN = 100, 28, 2


@dataclass(frozen=True)
class Delta:
    """A change since the period before, in words with an arrow, and whether it is welcome."""

    tone: Tone
    words: str


def delta(change: float | None, words: str, *, rise_is_good: bool = True) -> Delta | None:
    """Return the change as a tile shows it; `words` name its size (“4 vs last month”) without a sign."""
    if change is None:
        return None
    if change == 0:
        return Delta("flat", gettext("no change"))
    tone: Tone = "good" if (change > 0) == rise_is_good else "bad"
    return Delta(tone, f"{'▲' if change > 0 else '▼'} {words}")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One figure; `url` opens the rows behind it, `definition` and `query` stand behind its ⓘ.

    `about` names what it is about where that is not what the page shows otherwise.
    """

    code: str
    label: StrOrPromise
    figure: str
    interval: str = ""
    n: int | None = None
    delta: Delta | None = None
    about: str = ""
    trend: Sequence[float | None] = ()
    url: str = ""
    definition: StrOrPromise = ""
    query: str = ""
    as_of: dt.datetime | None = None

    @property
    def points(self) -> str:
        """Return the trend as points of an SVG polyline; empty with fewer than two values."""
        return sparkline(self.trend)


def sparkline(values: Sequence[float | None]) -> str:
    """Return points on a 100 × 28 canvas from lowest to highest; periods without a value are left out."""
    known = [(at, float(value)) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = (high - low) or 1.0
    step = WIDTH / (len(values) - 1)
    room = HEIGHT - 2 * MARGIN
    middle = high == low
    return " ".join(
        f"{at * step:.1f},{HEIGHT / 2 if middle else HEIGHT - MARGIN - (value - low) / span * room:.1f}"
        for at, value in known
    )
