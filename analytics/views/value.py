"""The Customer value dashboard: who the customers are, and what they are expected to bring."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from analytics.constants import JOBS_OF_VALUE
from analytics.kpis import KPIS
from analytics.kpis.periods import Period
from analytics.kpis.values import Values
from analytics.selectors.boards import import_url, sources_of
from analytics.selectors.model_card import model_card
from analytics.selectors.runs import latest_runs, live_as_of
from analytics.selectors.tiles import tile
from analytics.selectors.value import rfm_cells, tier_totals
from analytics.selectors.value_charts import pareto_chart, rfm_heat, segment_chart, value_chart
from crm_site.jobs.models import JobRun
from crm_site.jobs.registry import JOBS
from crm_site.jobs.starting import start_job
from crm_site.pages import formatting
from crm_site.pages.jobs import progress_context, startable_jobs
from crm_site.pages.requests import signed_in
from crm_site.staff.choices import Scope
from customers.lists import customer_list

if TYPE_CHECKING:
    from crm_site.staff.models import User

SHOWN = ("clv", "clv_mean", "active_customers", "repeat_rate")
STARTED_HERE = ("rfm", "clv")


@require_safe
@login_required
def customer_value(request: HttpRequest) -> HttpResponse:
    """Show the dashboard."""
    user = signed_in(request)
    if not (user.access.can_view("analytics") and user.access.can_view("customers")):
        raise Http404
    runs = latest_runs(JOBS_OF_VALUE)
    kpis = [KPIS[code] for code in SHOWN]
    loaded = {source.code: source.load(user, [Period()])[0] for source in sources_of(kpis)}
    moments = {"live": live_as_of(), "clv": _finished(runs.get("clv"))}
    values, cells = loaded["values"], rfm_cells(user)
    context = {
        "page_title": gettext("Customer value"),
        "tiles": [tile(kpi, [loaded[kpi.source.code]], Period(), moments[kpi.source.fresh]) for kpi in kpis],
        "cells": cells,
        "values": values,
        "card": model_card(runs.get("clv")),
        "rfm_run": runs.get("rfm"),
        "clv_run": runs.get("clv"),
        "buyers": loaded["buyers"].customers,
        "sees_runs": user.access.view_scope("analytics") is Scope.ALL,
        "import_url": import_url(user),
        **_running(user),
        **_charts(values, cells),
    }
    return render(request, "analytics/customer_value.html", context)


def _charts(values: Values, cells: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if cells:
        shown |= {"heat": rfm_heat(cells), "segments": segment_chart(cells)}
    if values.customers:
        shown |= {"spread": value_chart(values), "pareto": pareto_chart(values), "tiers": _tier_rows(values)}
    return shown


def _tier_rows(values: Values) -> list[dict[str, Any]]:
    return [
        {
            "label": total.tier.label,
            "url": customer_list.url(tier=[total.tier.value], sort="-clv"),
            "customers": total.customers,
            "customer_share": formatting.words(total.customer_share, "percent") or "–",
            "clv": formatting.money(total.clv, compact=True),
            "clv_share": formatting.words(total.clv_share, "percent") or "–",
        }
        for total in tier_totals(values)
    ]


def _running(user: User) -> dict[str, Any]:
    """Return the jobs the reader may start, and those under way with their progress."""
    allowed = {definition.name for definition in startable_jobs(user)}
    active = JobRun.objects.visible_to(user).active().filter(name__in=JOBS_OF_VALUE) if allowed else []
    under_way = {run.name: progress_context(run) for run in active}
    startable = [JOBS[name] for name in STARTED_HERE if name in allowed and name not in under_way]
    return {"startable": startable, "under_way": under_way.values()}


def _finished(run: JobRun | None) -> dt.datetime | None:
    return run.finished_at if run else None


@require_POST
@login_required
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Start a job of this dashboard, or join the run under way, and show its progress there."""
    user = signed_in(request)
    if name not in STARTED_HERE or not user.access.can_view(JOBS[name].module):
        raise Http404
    if JOBS[name] not in startable_jobs(user):
        raise PermissionDenied
    start_job(name, user=user)
    return redirect("analytics:customer-value")
