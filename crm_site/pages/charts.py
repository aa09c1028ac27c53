"""Charts described in data: drawn in the browser, and always with a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext_lazy as _

from crm_site.pages import formatting

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Figure = float | int | None
PERIOD = _("Period")


@dataclass(frozen=True, kw_only=True)
class Series:
    """One line or set of bars; `low` and `high` draw a band of doubt, `right` puts it on the second axis."""

    name: StrOrPromise
    values: Sequence[Figure]
    kind: Literal["", "bar", "line"] = ""
    unit: str = "decimal"
    low: Sequence[Figure] = ()
    high: Sequence[Figure] = ()
    right: bool = False
    dashed: bool = False

    @property
    def words(self) -> list[str]:
        """Return the values as people read them, with their band."""
        said = [formatting.words(value, self.unit) or "–" for value in self.values]
        if not self.low:
            return said
        bands = [
            f" ({formatting.words(low, self.unit)} – {formatting.words(high, self.unit)})" if low is not None else ""
            for low, high in zip(self.low, self.high, strict=True)
        ]
        return [word + band for word, band in zip(said, bands, strict=True)]

    def spec(self) -> dict[str, Any]:
        """Return the series for the browser."""
        found: dict[str, Any] = {
            "name": str(self.name),
            "values": list(self.values),
            "words": self.words,
            "right": self.right,
            "dashed": self.dashed,
        }
        if self.kind:
            found["kind"] = self.kind
        if self.low:
            found |= {"low": list(self.low), "high": list(self.high)}
        return found


@dataclass(frozen=True)
class ChartRow:
    """One line of the table twin."""

    label: str
    words: list[str]
    url: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart over labels; every label may lead to the rows behind it. Figures are plain floats, not Decimals."""

    code: str
    title: StrOrPromise
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["bar", "line"] = "line"
    label_head: StrOrPromise = PERIOD
    stacked: bool = False
    sideways: bool = False
    from_zero: bool = True
    least: float | None = None
    most: float | None = None
    right_most: float | None = None
    mark: tuple[float, StrOrPromise] | None = None
    urls: Sequence[str] = field(default_factory=list)
    tall: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether no series has a value."""
        return all(value is None for series in self.series for value in series.values)

    @property
    def script_id(self) -> str:
        """Return the id of the element that holds the data."""
        return f"chart-{self.code}"

    @property
    def spec(self) -> dict[str, Any]:
        """Return what the browser draws."""
        right = next((series for series in self.series if series.right), None)
        return {
            "kind": self.kind,
            "labels": [str(label) for label in self.labels],
            "series": [series.spec() for series in self.series],
            "stacked": self.stacked,
            "sideways": self.sideways,
            "zero": self.from_zero,
            "min": self.least,
            "max": self.most,
            "unit": self.series[0].unit if self.series else "",
            "right_unit": right.unit if right else "",
            "right_max": self.right_most,
            "mark": {"at": self.mark[0], "label": str(self.mark[1])} if self.mark else None,
            "urls": list(self.urls),
        }

    @property
    def rows(self) -> list[ChartRow]:
        """Return the table twin."""
        words = [series.words for series in self.series]
        urls = list(self.urls) or [""] * len(self.labels)
        return [
            ChartRow(str(label), [column[at] for column in words], urls[at]) for at, label in enumerate(self.labels)
        ]


@dataclass(frozen=True, kw_only=True)
class HeatCell:
    """One cell of a heat grid; `level` from 0 (nothing) to 5 (most) is its colour."""

    words: str
    level: int
    context: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class HeatRow:
    """One line of a heat grid."""

    label: StrOrPromise
    cells: Sequence[HeatCell]


@dataclass(frozen=True, kw_only=True)
class Heat:
    """A grid of two scales, such as recency by frequency."""

    title: StrOrPromise
    columns: Sequence[StrOrPromise]
    rows: Sequence[HeatRow]


def heat_level(value: float, most: float) -> int:
    """Return the colour of a value: 0 for none, then five equal steps up to the most."""
    if value <= 0 or most <= 0:
        return 0
    return min(5, 1 + int(5 * value / most - 1e-9))
