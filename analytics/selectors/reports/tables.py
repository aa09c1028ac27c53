"""Reports as tables: figures with their doubt, their change, and the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Unit
from analytics.selectors.tiles import interval_words, words
from crm_site.lib.statistics import Estimate, point_change, relative_change, round_half_away
from crm_site.pages import formatting
from crm_site.pages.tiles import Delta, delta

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from analytics.selectors.ranges import Range
    from crm_site.staff.models import User


SHOWN = 50
"""How many lines a page shows of a table."""


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: by whom, of which days, compared with which, and whose records."""

    user: User
    period: Period
    previous: Period | None = None
    part: Part = EVERYTHING
    pipeline: int | None = None
    by: str = ""

    @classmethod
    def of(cls, user: User, chosen: Range, part: Part, pipeline: int | None = None, by: str = "") -> Asked:
        """Return what was chosen on a page."""
        return cls(user, chosen.period, chosen.previous, part, pipeline, by)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One figure of each line; `rise_is_good` is None where a rise is neither good nor bad.

    `counts` is off where n would say nothing.
    """

    code: str
    label: StrOrPromise
    unit: Unit = "count"
    definition: StrOrPromise = ""
    rise_is_good: bool | None = None
    counts: bool = True

    def change(self, now: Estimate, before: Estimate | None) -> float | None:
        """Return the change in points of percentages, else in per cent; None against nothing."""
        if before is None:
            return None
        measure = point_change if self.unit == "percent" else relative_change
        change = measure(now.value, before.value)
        return None if change is None else float(round_half_away(change, 1))


@dataclass(frozen=True)
class Figure:
    """A figure, what it was before, and the address of the rows it counts."""

    now: Estimate
    before: Estimate | None = None
    url: str = ""


@dataclass(frozen=True)
class Cell:
    """A figure as a table shows it."""

    words: str
    interval: str = ""
    n: int | None = None
    url: str = ""
    delta: Delta | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a table; `key` tells it apart, `url` opens all of its rows."""

    key: str
    label: str
    figures: Mapping[str, Figure]
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of figures; `total` stands below it."""

    code: str
    title: StrOrPromise
    head: StrOrPromise
    columns: Sequence[Column]
    lines: Sequence[Line]
    total: Line | None = None
    note: StrOrPromise = ""
    extra: Mapping[str, Any] = field(default_factory=dict)  # what the page offers to choose

    @property
    def rows(self) -> list[tuple[Line, list[Cell]]]:
        """Return the first lines with their cells in words; files and the API have them all."""
        return [(line, self._cells(line)) for line in self.lines[:SHOWN]]

    @property
    def left(self) -> int:
        """Return how many lines a page leaves out."""
        return max(0, len(self.lines) - SHOWN)

    @property
    def total_row(self) -> tuple[Line, list[Cell]] | None:
        """Return the line of all in words."""
        return (self.total, self._cells(self.total)) if self.total else None

    def _cells(self, line: Line) -> list[Cell]:
        return [_cell(column, line.figures.get(column.code)) for column in self.columns]

    def grid(self) -> tuple[list[str], list[list[Any]]]:
        """Return heads and rows for a file: plain figures, rounded as little as files need."""
        heads = [str(self.head)]
        for column in self.columns:
            heads += [f"{column.label} ({column.unit})" if column.unit != "count" else str(column.label)]
        lines = [*self.lines, *([self.total] if self.total else [])]
        return heads, [[line.label, *(_plain(line.figures.get(one.code)) for one in self.columns)] for line in lines]


def counted(value: Any, before: Any = None, url: str = "") -> Figure:
    """Return a figure that is counted: without an interval, and zero is a figure too."""
    former = None if before is None else Estimate(float(before), None, None, int(before))
    return Figure(Estimate(float(value), None, None, int(value)), former, url)


def summed(value: Any, n: int, before: Any = None, url: str = "") -> Figure:
    """Return a sum over n records."""
    former = None if before is None else Estimate(float(before), None, None, 1)
    return Figure(Estimate(float(value), None, None, n), former, url)


def _plain(figure: Figure | None) -> Any:
    return None if figure is None or figure.now.value is None else round_half_away(figure.now.value, 4)


def _cell(column: Column, figure: Figure | None) -> Cell:
    if figure is None:
        return Cell("–")
    change = column.change(figure.now, figure.before)
    shown = None
    if change is not None and column.rise_is_good is not None:
        shown = delta(change, _size(column, change), rise_is_good=column.rise_is_good)
    is_estimate = figure.now.low is not None or column.unit in ("percent", "days", "hours")
    return Cell(
        words(figure.now.value, column.unit),
        interval_words(figure.now, column.unit),
        figure.now.n if is_estimate and column.counts and figure.now.n else None,
        figure.url,
        shown,
    )


def _size(column: Column, change: float) -> str:
    if column.unit == "percent":
        return gettext("%(points)s pts") % {"points": formatting.decimal(round_half_away(abs(change), 1))}
    return formatting.percent(round_half_away(abs(change), 1) / 100)
