"""Charts of the Customer value dashboard."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis.values import Values
from analytics.selectors.value import Bar, RfmCell, histogram, pareto
from crm_site.pages import formatting
from crm_site.pages.charts import Chart, Heat, HeatCell, HeatRow, Series, heat_level
from customers.choices import RfmSegment
from customers.lists import customer_list

SCORES = range(1, 6)


def rfm_heat(cells: list[RfmCell]) -> Heat:
    """Return the grid of recency by frequency; each cell opens its customers."""
    found = {(cell.r, cell.f): cell for cell in cells}
    most = max((cell.customers for cell in cells), default=0)
    return Heat(
        title=_("Customers by recency and frequency score"),
        columns=[gettext("F %(score)s") % {"score": score} for score in SCORES],
        rows=[
            HeatRow(
                label=gettext("R %(score)s") % {"score": r},
                cells=[_cell(found.get((r, f)), r, f, most) for f in SCORES],
            )
            for r in reversed(SCORES)
        ],
    )


def _cell(cell: RfmCell | None, r: int, f: int, most: int) -> HeatCell:
    if cell is None:
        return HeatCell(words="0", level=0)
    return HeatCell(
        words=formatting.number(cell.customers),
        context=str(RfmSegment(cell.segment).label),
        level=heat_level(cell.customers, most),
        url=customer_list.url(r=[str(r)], f=[str(f)], sort="-revenue"),
    )


def segment_chart(cells: list[RfmCell]) -> Chart:
    """Return the customers of each segment, the largest first."""
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.segment] = counts.get(cell.segment, 0) + cell.customers
    order = sorted(counts, key=lambda code: -counts[code])
    return Chart(
        code="segments",
        title=_("Customers by segment"),
        kind="bar",
        sideways=True,
        label_head=_("Segment"),
        labels=[str(RfmSegment(code).label) for code in order],
        series=[Series(name=_("Customers"), values=[counts[code] for code in order], unit="number")],
        urls=[customer_list.url(segment=[code], sort="-revenue") for code in order],
        tall=True,
    )


def value_chart(values: Values) -> Chart:
    """Return how lifetime values are spread, between round values."""
    bars = histogram(values)
    return Chart(
        code="values",
        title=_("How lifetime value is spread"),
        kind="bar",
        label_head=_("Lifetime value"),
        labels=[_bar_label(bar) for bar in bars],
        series=[Series(name=_("Customers"), values=[bar.customers for bar in bars], unit="number")],
        urls=[customer_list.url(valued=["yes"], clv=(bar.low, None, bar.high), sort="-clv") for bar in bars],
    )


def _bar_label(bar: Bar) -> str:
    if bar.low is None:
        return gettext("below 0")
    low = formatting.number(bar.low)
    return f"{low}+" if bar.high is None else f"{low} – {formatting.number(bar.high)}"


def pareto_chart(values: Values) -> Chart:
    """Return the share of value that the best share of customers brings."""
    points = pareto(values)
    shares = [formatting.percent(step / 100).replace(".0", "") for step, _share in points]
    return Chart(
        code="pareto",
        title=_("How much the best customers bring"),
        label_head=_("Best customers"),
        labels=shares,
        series=[
            Series(name=_("Share of lifetime value"), values=[round(y / 100, 4) for _x, y in points], unit="percent")
        ],
        least=0,
        most=1,
        mark=(0.8, _("Four fifths of the value")),
    )
