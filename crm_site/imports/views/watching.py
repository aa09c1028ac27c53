"""The last two steps: the run as it goes on, and the report of what became of every row."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from crm_site.history.models import Operation
from crm_site.history.undoing import is_undoable
from crm_site.imports.models import Import, RowState
from crm_site.imports.reporting import failures_csv, told_rows
from crm_site.imports.trials import is_tried
from crm_site.imports.views.fetching import fetch_import, page_context
from crm_site.pages.jobs import progress_context
from crm_site.pages.requests import signed_in

SHOWN = 50
STATES = {
    "created": RowState.CREATED,
    "updated": RowState.UPDATED,
    "skipped": RowState.SKIPPED,
    "refused": RowState.FAILED,
}


@require_safe
@login_required
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the step that an import has reached, or show its run and report."""
    job = fetch_import(request, pk)
    if job.move_in is not None and job.move_in.run is None:
        return redirect(job.move_in)
    if job.is_open:
        waiting = is_tried(job) or (job.trial_run is not None and job.trial_run.is_active)
        return redirect("imports:import-check" if waiting else "imports:import-columns", job.pk)
    return _report_page(request, job)


@require_safe
@login_required
def import_failures(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download the refused rows with line, column and reason."""
    job = fetch_import(request, pk)
    if job.is_open and not is_tried(job):
        raise Http404
    response = StreamingHttpResponse(failures_csv(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-failures.csv"'
    return response


def _report_page(request: HttpRequest, job: Import) -> HttpResponse:
    run = job.run or (job.move_in.run if job.move_in else None)
    assert run is not None  # noqa: S101 - the caller looked
    counted = run.checkpoint.get(f"file{job.pk}", {}).get("counts", {}) if job.move_in else run.counts
    counts = {name: counted.get(name, 0) for name in ("rows", "created", "updated", "skipped", "failed")}
    wanted = request.GET.get("state", "refused" if counts["failed"] else "")
    after = request.GET.get("after", "")
    line = int(after) if after.isdecimal() and len(after) < 10 else 0
    rows = told_rows(job, STATES.get(wanted), line, SHOWN + 1) if not run.is_active else []
    context: dict[str, Any] = page_context(
        job,
        4 if run.is_active else 5,
        run=run,
        progress=progress_context(run),
        counts=counts,
        state=wanted if wanted in STATES else "",
        rows=rows[:SHOWN],
        after=rows[SHOWN - 1].line if len(rows) > SHOWN else None,
        **operation_context(request, job.operation_id),
    )
    return render(request, "imports/import_report.html", context)


def operation_context(request: HttpRequest, pk: int | None) -> dict[str, Any]:
    """Return the operation that undo takes back, as far as the reader may see it."""
    if pk is None:
        return {"operation": None, "undoable": False}
    found = Operation.objects.visible_to(signed_in(request)).select_related("undone_by").filter(pk=pk).first()
    return {"operation": found, "undoable": found is not None and is_undoable(found)}
