"""Velocity over time, and what it is made of."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis import KPIS
from analytics.kpis.deals import DEALS
from analytics.kpis.periods import Period, Step
from analytics.selectors.course_charts import label
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import Asked, Column, Figure, Line, Table

SHOWN = ("sales_velocity", "won_count", "win_rate", "average_deal", "sales_cycle_days")
LONGEST_BY_WEEK = 190


def velocity(asked: Asked) -> list[Table]:
    """Return velocity and its four parts by month, or by week within half a year."""
    step: Step = "week" if asked.period.days <= LONGEST_BY_WEEK else "month"
    parts = asked.period.cut(step)
    before = asked.previous
    loaded = DEALS.load(asked.user, [asked.period, *parts, *([before] if before else [])], asked.part)
    kpis = [KPIS[code] for code in SHOWN]
    columns = [
        Column(code=kpi.code, label=kpi.title, unit=kpi.unit, definition=kpi.definition, rise_is_good=kpi.rise_is_good)
        for kpi in kpis
    ]

    def figures(period: Period, sums: object, former: object = None) -> dict[str, Figure]:
        return {
            kpi.code: Figure(
                kpi.figure(sums), kpi.figure(former) if former is not None else None,
                asked.part.within(kpi.rows(period)),
            )
            for kpi in kpis
        }  # fmt: skip

    lines = [
        Line(key=part.bounds[0].isoformat(), label=label(part, step), figures=figures(part, sums))
        for part, sums in zip(parts, loaded[1:], strict=False)
    ]
    total = Line(
        key="", label=gettext("Whole period"),
        figures=figures(asked.period, loaded[0], loaded[-1] if before else None),
    )  # fmt: skip
    return [
        Table(
            code="velocity",
            title=_("Sales velocity by month") if step == "month" else _("Sales velocity by week"),
            head=_("Period"),
            columns=columns,
            lines=lines,
            total=total,
            note=_("Money a day: the deals that ended × win rate × average won deal / sales cycle."),
        )
    ]


register_report(
    Report(
        code="velocity",
        title=_("Sales velocity"),
        icon="activity",
        summary=_("How much money a day the pipeline yields, and which of its four parts moved."),
        build=velocity,
        bars=("sales_velocity",),
    )
)
