"""How the forecast of a period moved: a line for each figure over the days, with a table that says the same."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm_site.pages import formatting
from crm_site.pages.charts import Chart, Series
from sales.selectors.forecast import LEVELS
from sales.selectors.forecast_course import CourseDay, read_course, target_of
from sales.selectors.periods import ForecastPeriod, Reach
from sales.views.forecast import reader, ways


@require_safe
@login_required
def forecast_course(request: HttpRequest) -> HttpResponse:
    """Show the snapshots of a month or quarter."""
    user = reader(request)
    reach, period = Reach.read(user, request.GET.dict()), ForecastPeriod.read(request.GET.get("period", ""))
    days = read_course(reach, period)
    target = target_of(reach, period)
    context = {
        "page_title": _("How the forecast moved"),
        "reach": reach,
        "period": period,
        "chart": _chart(days, float(target) if target else None),
        "days": days,
        "address": reverse("sales:forecast-course"),
        "ways": ways(reach, period),
    }
    return render(request, "sales/forecast/course.html", context)


def _chart(days: list[CourseDay], target: float | None) -> Chart:
    series = [
        Series(name=level.label, values=[float(one.figures[level.value]) for one in days], unit="money")
        for level in LEVELS
    ]
    weighted = [float(one.weighted) for one in days]
    series.append(Series(name=_("Weighted"), values=weighted, unit="money", dashed=True))
    return Chart(
        code="forecast-course",
        title=_("How the forecast moved"),
        labels=[formatting.date(one.day) for one in days],
        label_head=_("Day"),
        series=series,
        mark=(target, _("Target")) if target else None,
        tall=True,
    )
