"""One chart for a report: the columns that say most, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from analytics.selectors.reports.registry import Report
from analytics.selectors.reports.tables import Figure, Table
from crm_site.pages.charts import Chart, Series

BARS = 20
OVER_TIME = ("velocity",)
UNITS = {"money": "money", "percent": "percent", "count": "number"}


def report_chart(report: Report, tables: Sequence[Table]) -> Chart | None:
    """Return the report's columns as bars; None where it has none or nothing to show."""
    if not report.bars or not tables or not tables[0].lines:
        return None
    table = tables[0]
    lines = table.lines if report.code in OVER_TIME else table.lines[:BARS]
    columns = [one for one in table.columns if one.code in report.bars]
    first = [line.figures.get(report.bars[0]) for line in lines]
    chart = Chart(
        code=f"report-{report.code}",
        title=f"{table.title}: {gettext(', ').join(str(column.label) for column in columns)}",
        kind="bar",
        sideways=report.code not in OVER_TIME,
        label_head=table.head,
        labels=[line.label for line in lines],
        stacked=len(columns) > 1,
        series=[
            Series(
                name=column.label,
                values=[_value(line.figures.get(column.code), column.unit) for line in lines],
                unit=UNITS.get(column.unit, "decimal"),
            )
            for column in columns
        ],
        urls=[figure.url if figure else "" for figure in first] if len(columns) == 1 else [],
        tall=len(lines) > BARS // 2,
    )
    return None if chart.is_empty else chart


def _value(figure: Figure | None, unit: str) -> float | None:
    if figure is None or figure.now.value is None:
        return None
    return round(figure.now.value / 100, 4) if unit == "percent" else round(figure.now.value, 2)
