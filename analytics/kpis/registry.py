"""The key figures that exist: what each means, where it comes from, and the rows behind it.

A figure is read in two steps. Its source loads summed facts for any number of periods in one query, within
the reader's scope; the figure itself is a plain function of one such sum. So a dashboard with ten tiles and
their courses costs a query a source, and the API reads the same definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from crm_site.lib.statistics import Estimate, point_change, relative_change

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

Unit = Literal["money", "count", "percent", "points", "score", "days", "hours"]
Freshness = Literal["live", "rfm", "clv"]
NOTHING = Estimate(None, None, None, 0)


class Loader(Protocol):
    """Reads the sums of several periods in one query."""

    def __call__(self, user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Any]:
        """Return one sum for each period."""
        ...


@dataclass(frozen=True)
class Source:
    """Where figures come from: `load(user, periods, part)` returns one sum for each period.

    The figures of a source that is not `periodic` stand as of its last run, whatever the period. `recount` adds
    one period up from the records themselves, for the seconds in which facts have not caught up yet.
    """

    code: str
    module: str
    load: Loader
    periodic: bool = True
    fresh: Freshness = "live"
    recount: Callable[[User, Period, Part], Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One key figure. `code` never changes, because addresses and dashboards of others keep it.

    `rows(period)` is the address of the list with exactly the records that n counts; `query` is the statement
    shown behind the ⓘ. `rise_is_good` is None where a rise is neither good nor bad.
    """

    code: str
    title: StrOrPromise
    unit: Unit
    source: Source
    figure: Callable[[Any], Estimate]
    definition: StrOrPromise
    query: str
    rows: Callable[[Period], str]
    rise_is_good: bool | None = True

    def visible_to(self, user: User) -> bool:
        """Tell whether the reader may see figures at all, and the records of this one."""
        return user.access.can_view("analytics") and user.access.can_view(self.source.module)

    def read(self, user: User, period: Period, part: Part = EVERYTHING, *, from_records: bool = False) -> Estimate:
        """Return the figure of a period within the reader's scope; from the records where facts lag behind."""
        if from_records and self.source.recount is not None:
            return self.figure(self.source.recount(user, period, part))
        return self.figure(self.source.load(user, [period], part)[0])

    def change(self, current: Estimate, previous: Estimate) -> float | None:
        """Return the change in points, or in per cent of the previous value; None where there is none to compare."""
        if self.unit in ("percent", "points", "score"):
            return point_change(current.value, previous.value)
        return relative_change(current.value, previous.value)


KPIS: dict[str, Kpi] = {}


def register_kpi(kpi: Kpi) -> Kpi:
    """Register a figure; raise ValueError when the code is taken."""
    if kpi.code in KPIS:
        raise ValueError(f"figure {kpi.code!r} is registered already")
    KPIS[kpi.code] = kpi
    return kpi


def kpis_for(user: User) -> list[Kpi]:
    """Return the figures the reader may see."""
    return [kpi for kpi in KPIS.values() if kpi.visible_to(user)]


def exact(value: Any, n: int) -> Estimate:
    """Return a figure that is counted, not estimated: without an interval, and without a value when n is 0."""
    return Estimate(float(value), None, None, n) if n else Estimate(None, None, None, 0)
