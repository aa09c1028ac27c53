"""Charts of figures over time."""

from __future__ import annotations

from babel.dates import format_skeleton
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis import KPIS
from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period, Step
from analytics.kpis.registry import Kpi
from analytics.selectors.boards import Course
from analytics.selectors.ranges import Range
from crm_site.lib.statistics import Estimate
from crm_site.pages import formatting
from crm_site.pages.charts import Chart, Series

STEP_TITLES = {
    "revenue": {
        "day": _("Net revenue by day"),
        "week": _("Net revenue by week"),
        "month": _("Net revenue by month"),
    },
    "won_value": {
        "day": _("Won value by day"),
        "week": _("Won value by week"),
        "month": _("Won value by month"),
    },
    "nps": {"week": _("NPS by week"), "month": _("NPS by month")},
    "csat": {"week": _("CSAT by week"), "month": _("CSAT by month")},
}


def label(part: Period, step: Step) -> str:
    """Return what stands under a bar: the month, or the first day."""
    first = part.bounds[0]
    if step == "month":
        return str(format_skeleton("yMMM", first, locale=formatting.locale()))
    return str(format_skeleton("MMMd", first, locale=formatting.locale()))


def revenue_chart(course: Course, chosen: Range) -> Chart:
    """Return net revenue over the period, with the period before as a dashed line."""
    return _money_chart("revenue", course, chosen, EVERYTHING)


def won_chart(course: Course, chosen: Range, part: Part) -> Chart:
    """Return won value over the period, with the period before as a dashed line."""
    return _money_chart("won_value", course, chosen, part)


def _money_chart(code: str, course: Course, chosen: Range, whose: Part) -> Chart:
    kpi, step = KPIS[code], chosen.step
    parts = chosen.period.cut(step)
    series = [Series(name=kpi.title, values=_values(kpi, course.parts), unit="money", kind="bar")]
    if course.parts_before:
        # Months and weeks are cut at the ends, so the two courses may differ by one part.
        before = [*_values(kpi, course.parts_before), *[None] * len(parts)][: len(parts)]
        name = gettext("A year before") if chosen.comparison == "year" else gettext("The period before")
        series.append(Series(name=name, values=before, unit="money", kind="line", dashed=True))
    return Chart(
        code=code,
        title=STEP_TITLES[code][step],
        kind="bar",
        labels=[label(part, step) for part in parts],
        series=series,
        urls=[whose.within(kpi.rows(part)) for part in parts],
    )


def survey_chart(kpi: Kpi, course: Course, chosen: Range) -> Chart:
    """Return a survey figure over the period with its band of doubt; parts without answers stay empty."""
    step = chosen.survey_step
    parts = chosen.period.cut(step)
    found = [kpi.figure(part) for part in course.parts]
    share = kpi.unit == "percent"
    found = [one.scaled(0.01) for one in found] if share else found
    return Chart(
        code=kpi.code,
        title=STEP_TITLES[kpi.code][step],
        labels=[label(part, step) for part in parts],
        series=[
            Series(
                name=kpi.title,
                values=[_shown(one.value, share) for one in found],
                low=[_shown(one.low, share) for one in found],
                high=[_shown(one.high, share) for one in found],
                unit="percent" if share else "decimal",
            )
        ],
        urls=[kpi.rows(part) for part in parts],
        from_zero=False,
        least=0 if share else -100,
        most=1 if share else 100,
    )


def _values(kpi: Kpi, parts: list[object]) -> list[float | None]:
    found: list[Estimate] = [kpi.figure(part) for part in parts]
    return [_shown(one.value) for one in found]


def _shown(value: float | None, share: bool = False) -> float | None:
    return None if value is None else round(value, 4 if share else 2)
