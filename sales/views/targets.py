"""The grid of targets: people and teams by month, typed in or pasted from a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm_site.lib.days import organisation_today
from sales.forms.targets import TargetGrid
from sales.selectors.periods import Reach, leads_sales, month_name
from sales.selectors.targets import TargetRow, months_of, read_targets
from sales.services.forecasting import may_lead, set_targets
from sales.views.forecast import reader


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_grid(request: HttpRequest) -> HttpResponse:
    """Show the targets of a year, and set them."""
    user = reader(request)
    year = _year(request.GET.get("year", ""))
    rows = read_targets(Reach.read(user, request.GET.dict()), year)
    mine = [row for row in rows if may_lead(user, row.team_id)]
    posted = request.method == "POST"
    if posted and not leads_sales(user):
        raise PermissionDenied
    grid = TargetGrid(mine, months_of(year)).fill(request.POST.dict() if posted else None)
    if posted and "spread" in request.POST:
        grid.paste(request.POST.get("pasted", ""))
    elif posted and (read := grid.read()) is not None:
        count = set_targets(read, user)
        said = ngettext("%(count)s target was changed.", "%(count)s targets were changed.", count)
        messages.success(request, said % {"count": count})
        return redirect(f"{reverse('sales:target-grid')}?year={year}")
    context = {
        "page_title": _("Sales targets"),
        "year": year,
        "months": [month_name(month, "LLL") for month in grid.months],
        "lines": [_line(row, grid) for row in rows],
        "grid": grid,
        "can_change": bool(mine),
    }
    return render(request, "sales/forecast/targets.html", context, status=422 if grid.wrong else 200)


def _line(row: TargetRow, grid: TargetGrid) -> dict[str, Any]:
    cells = grid.cells.get(row.code)
    return {
        "row": row,
        "is_team": row.owner is None,
        "cells": cells,
        "amounts": [] if cells else [row.valid.get(month) for month in grid.months],
    }


def _year(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) == 4 and "2000" <= text < "2200"
    return int(text) if known else organisation_today().year
