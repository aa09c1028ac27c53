"""The Overview: what came in, and what customers say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from analytics.kpis import KPIS
from analytics.kpis.periods import DAY, months_later
from analytics.kpis.registry import Kpi, Source
from analytics.selectors.boards import Course, days_with_figures, import_url, read_course, sources_of
from analytics.selectors.course_charts import revenue_chart, survey_chart
from analytics.selectors.ranges import COMPARISONS, RANGES, Range, read_range
from analytics.selectors.runs import live_as_of
from analytics.selectors.tiles import tile
from crm_site.pages.requests import signed_in, wants_fragment

if TYPE_CHECKING:
    from crm_site.staff.models import User

SHOWN = (
    "revenue", "orders", "average_order", "new_customers", "nps", "csat", "satisfaction_mean", "repeat_rate",
)  # fmt: skip


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the Overview, or only its figures when the period changes."""
    user = signed_in(request)
    if not user.access.can_view("analytics"):
        raise Http404
    known = days_with_figures(user)
    chosen = read_range(request.GET.dict(), known[1] if known else None)
    if known and chosen.previous and chosen.previous.bounds[0] < known[0]:
        # A period with figures for a part of it only compares with nothing.
        chosen = replace(chosen, previous=None)
    context = {
        "page_title": gettext("Overview"),
        "chosen": chosen,
        "ranges": RANGES.items(),
        "comparisons": COMPARISONS.items(),
        "known": known,
        "import_url": import_url(user),
        **_figures(user, chosen),
    }
    if known:
        context["latest_url"] = _latest_url(known[1])
    context["is_fragment"] = wants_fragment(request)
    name = "analytics/overview.html#figures" if context["is_fragment"] else "analytics/overview.html"
    response = render(request, name, context)
    response["Vary"] = "HX-Request"
    return response


def _latest_url(last: dt.date) -> str:
    """Return the address of the latest year with figures, for periods that have none."""
    start = months_later(last + DAY, -12)
    return f"{reverse('analytics:overview')}?range=custom&from={start.isoformat()}&to={last.isoformat()}"


def _figures(user: User, chosen: Range) -> dict[str, Any]:
    kpis = [KPIS[code] for code in SHOWN if KPIS[code].visible_to(user)]
    courses = {source.code: _course(user, source, chosen) for source in sources_of(kpis)}
    as_of = live_as_of()
    tiles = [_tile(kpi, courses[kpi.source.code], chosen, as_of) for kpi in kpis]
    charts = []
    if "sales" in courses:
        charts.append(revenue_chart(courses["sales"], chosen))
    if "answers" in courses:
        charts += [survey_chart(KPIS[code], courses["answers"], chosen) for code in ("nps", "csat")]
    return {"tiles": tiles, "charts": charts, "as_of": as_of, "is_empty": all(not (one.n or 0) for one in tiles[:7])}


def _course(user: User, source: Source, chosen: Range) -> Course:
    step = chosen.survey_step if source.code == "answers" else chosen.step
    before = chosen.previous.cut(step) if chosen.previous and source.code == "sales" else []
    parts = chosen.period.cut(step) if source.periodic else []
    return read_course(user, source, chosen.period, chosen.previous if source.periodic else None, parts, before)


def _tile(kpi: Kpi, course: Course, chosen: Range, as_of: Any) -> Any:
    return tile(
        kpi,
        [course.current, *course.parts],
        chosen.period,
        as_of,
        previous=course.previous,
        against=str(COMPARISONS[chosen.comparison]),
    )
