"""The Sales dashboard and the reports behind it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from analytics.choices import Dimension
from analytics.kpis import KPIS
from analytics.kpis.deals import OUTLOOK
from analytics.kpis.parts import Part
from analytics.kpis.periods import Period
from analytics.kpis.registry import Kpi
from analytics.selectors.boards import Course, read_course, sources_of
from analytics.selectors.course_charts import won_chart
from analytics.selectors.ranges import COMPARISONS, RANGES, Range, read_range
from analytics.selectors.reports import REPORTS, Asked, Report, Table, reports_for
from analytics.selectors.reports.charts import report_chart
from analytics.selectors.reports.choosing import Offered, offered, read_part
from analytics.selectors.runs import live_as_of
from analytics.selectors.tiles import tile
from analytics.views.report_files import report_file
from crm_site.pages.requests import signed_in
from crm_site.pages.tiles import Tile
from sales.selectors.periods import ForecastPeriod

if TYPE_CHECKING:
    from crm_site.staff.models import User

SHOWN = (
    "won_value", "win_rate", "average_deal", "sales_cycle_days", "sales_velocity", "weighted_forecast", "open_pipeline",
    "lead_response",
)  # fmt: skip
# Sources whose course over the period is drawn in their tiles.
COURSES = ("deals",)


@require_safe
@login_required
def sales_dashboard(request: HttpRequest) -> HttpResponse:
    """Show how selling goes, with the ways into the reports."""
    user = _reader(request)
    chosen, part, offers = _chosen(request, user)
    kpis = [KPIS[code] for code in SHOWN]
    parts = chosen.period.cut(chosen.step)
    before = chosen.previous.cut(chosen.step) if chosen.previous else []
    ahead = _ahead(chosen)
    courses = {}
    for source in sources_of(kpis):
        if source is OUTLOOK and ahead:
            courses[source.code] = read_course(user, source, ahead[0], None, [], [], part)
        elif source.code in COURSES:
            courses[source.code] = read_course(user, source, chosen.period, chosen.previous, parts, before, part)
        else:
            courses[source.code] = read_course(user, source, chosen.period, chosen.previous, [], [], part)
    as_of = live_as_of()
    tiles = [_tile(kpi, courses[kpi.source.code], chosen, ahead, as_of, part) for kpi in kpis]
    asked = {name: value for name, value in request.GET.items() if name != "page"}
    context = {
        "page_title": gettext("Sales"),
        "tiles": tiles,
        "chart": won_chart(courses["deals"], chosen, part),
        "reports": reports_for(user),
        "asked": f"?{urlencode(asked)}" if asked else "",
        **_choices(offers, chosen, part, as_of),
    }
    return render(request, "analytics/sales.html", context)


@require_safe
@login_required
def sales_report(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show a report, or hand it out as a file."""
    user = _reader(request)
    report = REPORTS.get(code)
    if report is None or not report.visible_to(user):
        raise Http404
    chosen, part, offers = _chosen(request, user)
    pipeline = request.GET.get("pipeline", "")
    number = int(pipeline) if pipeline.isascii() and pipeline.isdigit() and int(pipeline) < 2**63 else None
    asked = Asked.of(user, chosen, part, number, request.GET.get("by", ""))
    tables = report.build(asked)
    if "file" in request.GET:
        if not user.access.can_export("analytics"):
            raise PermissionDenied
        return report_file(report, tables, request.GET["file"], user, request.get_full_path())
    context = {
        "page_title": report.title,
        "report": report,
        "tables": tables,
        "chart": report_chart(report, tables),
        "reports": reports_for(user),
        "may_export": user.access.can_export("analytics"),
        **_options(asked, report, tables),
        **_choices(offers, chosen, part, live_as_of()),
    }
    return render(request, "analytics/sales_report.html", {**context, **_addresses(request)})


def _ahead(chosen: Range) -> tuple[Period, str] | None:
    """Return the quarter that figures of the future tell of, and its name, where the range ends today; else None.

    What should close in a period that is over tells nothing of what is to come; the quarter is the forecast's own.
    """
    if chosen.code == "custom":
        return None
    quarter = ForecastPeriod.read("")
    return Period(quarter.start, quarter.end), quarter.label


def _tile(
    kpi: Kpi, course: Course, chosen: Range, ahead: tuple[Period, str] | None, as_of: dt.datetime, part: Part
) -> Tile:
    """Return the tile of a figure, with its course where one was read."""
    period, about = ahead if ahead and kpi.source is OUTLOOK else (chosen.period, "")
    return tile(
        kpi,
        [course.current, *course.parts],
        period,
        as_of,
        previous=course.previous,
        against=str(COMPARISONS[chosen.comparison]),
        about=about,
        part=part,
    )


def _reader(request: HttpRequest) -> User:
    user = signed_in(request)
    if not (user.access.can_view("analytics") and user.access.can_view("sales")):
        raise Http404
    return user


def _chosen(request: HttpRequest, user: User) -> tuple[Range, Part, Offered]:
    part = read_part(request.GET, user)
    offers = offered(user, part)
    return read_range(request.GET.dict(), offers.last_day), part, offers


def _choices(offers: Offered, chosen: Range, part: Part, as_of: dt.datetime) -> dict[str, Any]:
    """Return what the form above the figures offers."""
    return {
        "chosen": chosen,
        "part": part,
        "ranges": RANGES.items(),
        "comparisons": COMPARISONS.items(),
        "people": offers.people,
        "teams": offers.teams,
        "as_of": as_of,
    }


def _options(asked: Asked, report: Report, tables: list[Table]) -> dict[str, Any]:
    """Return what a report asks for beside period, owner and team, and what of it is chosen."""
    found: dict[str, Any] = {name: value for table in tables for name, value in table.extra.items()}
    if "by" in report.asks:
        found |= {"dimensions": Dimension.choices, "by": asked.by or Dimension.REASON.value}
    return found


def _addresses(request: HttpRequest) -> dict[str, str]:
    """Return the addresses that keep what was chosen: of the files, of the dashboard and of its other reports."""
    kept = {name: value for name, value in request.GET.items() if name != "file"}
    shared = {name: value for name, value in kept.items() if name not in ("pipeline", "by")}
    return {
        "csv_url": f"{request.path}?{urlencode({**kept, 'file': 'csv'})}",
        "xlsx_url": f"{request.path}?{urlencode({**kept, 'file': 'xlsx'})}",
        "asked": f"?{urlencode(shared)}" if shared else "",
        "back_url": reverse("analytics:sales") + (f"?{urlencode(shared)}" if shared else ""),
    }
