"""The import wizard: upload, map, watch."""

from __future__ import annotations

from itertools import islice

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.imports.forms import MappingForm, UploadForm
from crm_site.imports.kinds import KINDS
from crm_site.imports.lists import may_import
from crm_site.imports.messages import reason
from crm_site.imports.models import Import, RowState, StagedRow
from crm_site.imports.reporting import failures_csv, preview, refused_rows, sample_cells
from crm_site.imports.services import UnmappedFieldsError, configure_import, keep_upload, open_import, start_import
from crm_site.lib.spreadsheets import SpreadsheetRefused
from crm_site.pages.jobs import progress_context
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible

REFUSED_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_create(request: HttpRequest) -> HttpResponse:
    """Step one: take the file in, and look what it is."""
    user = signed_in(request)
    if not may_import(user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, user=user, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        path = keep_upload(upload.name, upload.chunks())
        try:
            job = open_import(form.cleaned_data["kind"], path, upload.name, user)
        except SpreadsheetRefused as refused:
            path.unlink(missing_ok=True)
            form.add_error("file", refused.message)
        else:
            return redirect(job)
    context = {"form": form, "page_title": _("Import a file"), "step": 1}
    return render(request, "imports/import_upload.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Step two or three: choose the columns, or watch the import."""
    job = fetch_visible(Import.objects.select_related("run"), signed_in(request), pk=pk)
    if job.run is None and not job.file.is_file():
        messages.error(request, _("The uploaded file is gone; please upload it again."))
        return redirect("imports:import-create")
    if job.run is None:
        return _mapping_page(request, job, MappingForm(None, job=job))
    return _watch_page(request, job)


@require_POST
@login_required
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the chosen columns, and start unless only a new preview was asked for."""
    user = signed_in(request)
    job = fetch_visible(Import.objects.select_related("run"), user, pk=pk)
    if not user.access.can_import(KINDS[job.kind].module):
        raise PermissionDenied
    if job.run is not None:
        return redirect(job)
    form = MappingForm(request.POST, job=job)
    if not form.is_valid():
        return _mapping_page(request, job, form, status=422)
    try:
        configure_import(
            job,
            mapping=form.mapping,
            mode=form.cleaned_data["mode"],
            duplicates=form.cleaned_data.get("duplicates", job.duplicates),
            key=form.cleaned_data.get("key", job.key),
            options=form.options,
        )
    except UnmappedFieldsError as error:
        for name in error.names:
            form.add_error(f"field-{name}", _("This field must come from a column."))
        return _mapping_page(request, job, form, status=422)
    if "preview" not in request.POST:
        start_import(job)
    return redirect(job)


@require_safe
@login_required
def import_failures(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download the refused rows with line, column and reason."""
    job = fetch_visible(Import.objects.all(), signed_in(request), pk=pk)
    if job.run_id is None:
        raise Http404
    response = StreamingHttpResponse(failures_csv(job), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{job.pk}-failures.csv"'
    return response


def _mapping_page(request: HttpRequest, job: Import, form: MappingForm, status: int = 200) -> HttpResponse:
    kind = KINDS[job.kind]
    shown = [one for one in kind.fields if one.name in job.mapping]
    rows = [
        {
            "line": staged.line,
            "cells": [staged.values[kind.position(one.name)] for one in shown] if staged.values else [],
            "problems": [(one["column"], reason(one)) for one in staged.problems],
        }
        for staged in preview(job)
    ]
    context = {
        "job": job,
        "form": form,
        "kind": kind,
        "shown": shown,
        "rows": rows,
        "samples": list(zip(job.header, *_padded(sample_cells(job), len(job.header)), strict=False)),
        "bad": sum(bool(row["problems"]) for row in rows),
        "page_title": job.file_name,
        "step": 2,
    }
    return render(request, "imports/import_map.html", context, status=status)


def _padded(rows: list[list[str]], width: int) -> list[list[str]]:
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _watch_page(request: HttpRequest, job: Import) -> HttpResponse:
    run = job.run
    assert run is not None  # noqa: S101 - the caller looked
    context = {
        "job": job,
        "run": run,
        "kind": KINDS[job.kind],
        "progress": progress_context(run),
        "counts": {name: run.counts.get(name, 0) for name in ("rows", "created", "updated", "skipped", "failed")},
        "refused": list(islice(refused_rows(job), REFUSED_SHOWN)),
        "refused_count": StagedRow.objects.filter(job=job, state=RowState.FAILED).count(),
        "page_title": job.file_name,
        "step": 3,
    }
    return render(request, "imports/import_watch.html", context)
