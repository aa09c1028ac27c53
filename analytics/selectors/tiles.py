"""Key figures as tiles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi
from crm_site.lib.statistics import Estimate, round_half_away
from crm_site.pages import formatting
from crm_site.pages.tiles import Tile, delta

NOTHING = "–"


def words(value: float | None, unit: str) -> str:
    """Return a figure as a tile shows it, rounded half away from zero; a dash for none."""
    if value is None:
        return NOTHING
    if unit == "money":
        return formatting.money(round_half_away(value, 2), compact=True)
    if unit == "percent":
        return formatting.percent(round_half_away(value, 1) / 100)
    if unit == "points":
        return signed(value)
    if unit == "score":
        return formatting.decimal(round_half_away(value, 2))
    if unit == "days":
        return gettext("%(days)s days") % {"days": formatting.decimal(round_half_away(value, 1))}
    if unit == "hours":
        return gettext("%(hours)s h") % {"hours": formatting.decimal(round_half_away(value, 1))}
    return formatting.number(round_half_away(value))


def signed(value: float) -> str:
    """Return a score as a signed whole number with a true minus."""
    number = int(round_half_away(value))
    return f"+{number}" if number > 0 else str(number).replace("-", "−")


def interval_words(estimate: Estimate, unit: str) -> str:
    """Return the interval: ± where it is even on both sides, else both ends."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None:
        return ""
    below, above = value - low, high - value
    if unit != "percent" and abs(above - below) <= 0.01 * max(above, below):
        return "±" + words(above, unit).lstrip("+")
    return f"{words(low, unit)} – {words(high, unit)}"


def change_words(kpi: Kpi, change: float, against: str) -> str:
    """Return the size of a change without its sign, and what it is measured against."""
    size = abs(change)
    if kpi.unit in ("percent", "points"):
        shown = round_half_away(size, 0 if kpi.unit == "points" else 1)
        said = gettext("%(points)s pts") % {"points": formatting.decimal(shown)}
    elif kpi.unit == "score":
        said = formatting.decimal(round_half_away(size, 2))
    else:
        said = formatting.percent(round_half_away(size, 1) / 100)
    return gettext("%(change)s vs %(before)s") % {"change": said, "before": against}


def tile(
    kpi: Kpi,
    parts: Sequence[Any],
    period: Period,
    as_of: dt.datetime | None,
    *,
    previous: Any = None,
    against: str = "",
    about: str = "",
    part: Part = EVERYTHING,
) -> Tile:
    """Return a figure's tile; `parts` holds its period's sum, and then those of the course over it."""
    current = kpi.figure(parts[0])
    change = kpi.change(current, kpi.figure(previous)) if previous is not None else None
    if change is not None:
        change = float(round_half_away(change, {"points": 0, "score": 2}.get(kpi.unit, 1)))
    return Tile(
        code=kpi.code,
        label=kpi.title,
        figure=words(current.value, kpi.unit),
        interval=interval_words(current, kpi.unit),
        n=current.n,
        delta=delta(change, change_words(kpi, change, against), rise_is_good=bool(kpi.rise_is_good))
        if change is not None
        else None,
        about=about,
        trend=[kpi.figure(part).value for part in parts[1:]],
        url=part.within(kpi.rows(period)),
        definition=kpi.definition,
        query=kpi.query,
        as_of=as_of,
    )
