"""The second step: which column fills which field."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.imports.forms import ColumnsForm
from crm_site.imports.kinds import kind_of
from crm_site.imports.learning import forget, recall
from crm_site.imports.messages import reason
from crm_site.imports.models import Import
from crm_site.imports.reporting import preview, sample_cells
from crm_site.imports.services import check_import, configure_import, guess_again
from crm_site.imports.trials import is_tried
from crm_site.imports.views.fetching import fetch_open_import, page_context
from crm_site.lib.spreadsheets import SpreadsheetRefused
from crm_site.pages.requests import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the columns with their first values; keep what is chosen, and go on to the check."""
    job = fetch_open_import(request, pk)
    if not job.is_open:
        return redirect(job)
    if not job.file.is_file():
        messages.error(request, _("The uploaded file is gone; please upload it again."))
        return redirect("imports:import-create")
    form = ColumnsForm(request.POST if request.method == "POST" else None, job=job)
    if request.method == "POST" and form.is_valid():
        configure_import(job, **form.facts)
        if job.move_in is not None:
            return redirect(job.move_in)
        try:
            if not is_tried(job):
                check_import(job, signed_in(request))
        except SpreadsheetRefused as refused:
            form.add_error(None, refused.message)
        else:
            return redirect("imports:import-check", job.pk)
    learned = recall(job.kind, job.header, signed_in(request))
    context = page_context(job, 2, form=form, columns=_columns(form, job), learned=learned, **_preview_of(job))
    return render(request, "imports/import_columns.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def import_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the first rows as they would be written with the columns chosen so far; nothing is kept."""
    job = fetch_open_import(request, pk)
    if not job.is_open or not job.file.is_file():
        raise Http404
    form = ColumnsForm(request.POST, job=job)
    if form.is_valid():
        for name, value in form.facts.items():
            setattr(job, name, value)
    context = page_context(job, 2, **_preview_of(job))
    return render(request, "imports/import_columns.html#preview", context)


@require_POST
@login_required
def import_forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what was learned from files like this one, and guess its columns anew."""
    job = fetch_open_import(request, pk)
    if not job.is_open or not job.file.is_file():
        raise Http404
    learned = recall(job.kind, job.header, signed_in(request))
    if learned is not None:
        forget(learned)
    guess_again(job)
    messages.success(request, _("Forgotten. The columns were guessed anew."))
    return redirect("imports:import-columns", job.pk)


def _columns(form: ColumnsForm, job: Import) -> list[dict[str, Any]]:
    samples = sample_cells(job)
    return [
        {"field": field, "samples": [row[at] for row in samples if at < len(row) and row[at].strip()]}
        for at, field in enumerate(form.columns)
    ]


def _preview_of(job: Import) -> dict[str, Any]:
    """Return the first rows in their normal form, with what is wrong with them."""
    kind = kind_of(job.kind)
    shown = [one for one in kind.offered if one.name in job.mapping]
    rows = [
        {
            "line": staged.line,
            "cells": [_shown(staged.values[kind.position(one.name)], one.sql) for one in shown]
            if staged.values
            else [],
            "problems": [(one["column"], reason(one)) for one in staged.problems],
        }
        for staged in preview(job, 10)
    ]
    return {"shown": shown, "rows": rows, "bad": sum(bool(row["problems"]) for row in rows)}


def _shown(value: str | None, sql: str) -> str | None:
    """Return a normal form as people read it: a moment without seconds and offset."""
    return value[:16].replace("T", " ") if value and sql == "timestamptz" else value
