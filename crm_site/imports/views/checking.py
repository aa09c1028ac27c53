"""The third step: what the import would do, which cells are bad, and what words mean."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm_site.imports.models import Import
from crm_site.imports.reporting import bad_cells, bad_columns
from crm_site.imports.services import TrialRunningError, check_import, configure_values, start_import
from crm_site.imports.trials import is_tried
from crm_site.imports.values import ValuesForm
from crm_site.imports.views.fetching import fetch_open_import, page_context
from crm_site.lib.spreadsheets import SpreadsheetRefused
from crm_site.pages.jobs import progress_context
from crm_site.pages.requests import signed_in

SHOWN = 50


@require_safe
@login_required
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a trial found, or how far it is."""
    job = fetch_open_import(request, pk)
    if not job.is_open:
        return redirect(job)
    if is_tried(job):
        return _check_page(request, job, ValuesForm(None, job=job))
    run = job.trial_run
    if run is None or not (run.is_active or run.error):
        return redirect("imports:import-columns", job.pk)
    context = page_context(job, 3, run=run, progress=progress_context(run))
    return render(request, "imports/import_checking.html", context)


@require_POST
@login_required
def import_values(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what words mean, and check again."""
    job = fetch_open_import(request, pk)
    if not job.is_open or not is_tried(job):
        return redirect(job)
    form = ValuesForm(request.POST, job=job)
    if not form.is_valid():
        return _check_page(request, job, form, status=422)
    configure_values(job, form.values)
    try:
        check_import(job, signed_in(request))
    except SpreadsheetRefused as refused:
        messages.error(request, refused.message)
        return redirect("imports:import-columns", job.pk)
    return redirect("imports:import-check", job.pk)


@require_POST
@login_required
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the import as it was tried; bad rows are left out only when that was said."""
    job = fetch_open_import(request, pk)
    if not job.is_open:
        return redirect(job)
    if not is_tried(job):
        messages.error(request, _("Check the file first: its settings have changed since."))
        return redirect("imports:import-columns", job.pk)
    if job.trial["failed"] and "leave_out" not in request.POST:
        return _check_page(request, job, ValuesForm(None, job=job), status=422, unsaid=True)
    try:
        start_import(job)
    except TrialRunningError:
        return redirect("imports:import-check", job.pk)
    return redirect(job)


def _check_page(
    request: HttpRequest, job: Import, form: ValuesForm, status: int = 200, unsaid: bool = False
) -> HttpResponse:
    column = request.GET.get("column", "")
    after = request.GET.get("after", "")
    found = list(
        bad_cells(job, column=column, after=int(after) if after.isdecimal() and len(after) < 10 else 0, limit=SHOWN + 1)
    )
    trial: dict[str, Any] = job.trial
    writes = trial["created"] + trial["updated"]
    context = page_context(
        job,
        3,
        form=form,
        trial=trial,
        writes=writes,
        columns=bad_columns(job),
        column=column,
        bad=found[:SHOWN],
        after=found[SHOWN - 1][0] if len(found) > SHOWN else None,
        unsaid=unsaid,
        key_missing=not job.mapping.get(job.key),
    )
    return render(request, "imports/import_check.html", context, status=status)
