"""Moving in: the files, their kinds and owners, the trial, the run and its undo, on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.imports.forms import allowed_kinds, upload_name
from crm_site.imports.kinds import kind_of
from crm_site.imports.lists import may_import
from crm_site.imports.mapping import missing_fields
from crm_site.imports.models import Import, MoveIn
from crm_site.imports.moving import (
    Given,
    check_move_in,
    configure_owners,
    files_of,
    is_move_tried,
    open_move_in,
    settle_kind,
    start_move_in,
)
from crm_site.imports.moving_forms import KindsForm, MoveInForm, OwnersForm
from crm_site.imports.reporting import bad_cells
from crm_site.imports.services import TrialRunningError, change_kind, keep_upload
from crm_site.imports.views.watching import operation_context
from crm_site.lib.spreadsheets import SpreadsheetRefused
from crm_site.pages.jobs import progress_context
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible

BAD_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move_in_create(request: HttpRequest) -> HttpResponse:
    """Take the files in, and tell what each holds."""
    user = signed_in(request)
    if not may_import(user):
        raise PermissionDenied
    form = MoveInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = []
        for upload in form.cleaned_data["files"]:
            given.append(Given(keep_upload(upload.name, upload.chunks()), upload_name(upload)))
        try:
            move = open_move_in(given, form.cleaned_data["source"], user)
        except SpreadsheetRefused as refused:
            for one in given:
                one.path.unlink(missing_ok=True)
            form.add_error("files", f"{refused.file_name}: {refused.message}" if refused.file_name else refused.message)
        else:
            return redirect(move)
    context = {"form": form, "page_title": _("Move in from another system")}
    return render(request, "imports/move_in_upload.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def move_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a move-in: before the start what it would do, afterwards what it did."""
    return _page(request, _fetch(request, pk))


@require_POST
@login_required
def move_in_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the files hold and who the owners are, and try all of it."""
    user = signed_in(request)
    move = _fetch_open(request, pk)
    if move.run_id is not None:
        return redirect(move)
    files = files_of(move)
    kinds = KindsForm(request.POST, files=files, user=user)
    owners = OwnersForm(request.POST, move=move)
    if not (kinds.is_valid() and owners.is_valid()):
        return _page(request, move, kinds=kinds, owners=owners, status=422)
    try:
        for job, kind in kinds.changed_kinds():
            change_kind(job, kind)
            settle_kind(job)
        configure_owners(move, owners.owners)
        lacking = [(job, missing_fields(kind_of(job.kind), job.mapping)) for job in files_of(move)]
        if any(names for _job, names in lacking):
            return _page(request, move, status=422)
        check_move_in(move, user)
    except SpreadsheetRefused as refused:
        messages.error(request, refused.message)
    return redirect(move)


@require_POST
@login_required
def move_in_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start the move-in as it was tried; bad rows are left out only when that was said."""
    move = _fetch_open(request, pk)
    if move.run_id is not None:
        return redirect(move)
    if not is_move_tried(move):
        messages.error(request, _("Try it first: something has changed since."))
        return redirect(move)
    if move.trial["failed"] and "leave_out" not in request.POST:
        return _page(request, move, status=422, unsaid=True)
    try:
        start_move_in(move)
    except TrialRunningError:
        messages.error(request, _("The trial is still under way."))
    return redirect(move)


def _fetch(request: HttpRequest, pk: int) -> MoveIn:
    return fetch_visible(MoveIn.objects.select_related("run", "trial_run"), signed_in(request), pk=pk)


def _fetch_open(request: HttpRequest, pk: int) -> MoveIn:
    """Return a move-in of which the reader may import every file."""
    move = _fetch(request, pk)
    allowed = dict(allowed_kinds(signed_in(request)))
    if any(job.kind not in allowed for job in files_of(move)):
        raise PermissionDenied
    return move


def _page(request: HttpRequest, move: MoveIn, status: int = 200, **given: Any) -> HttpResponse:
    user = signed_in(request)
    files = files_of(move)
    run = move.run
    trying = move.trial_run if run is None and move.trial_run is not None and move.trial_run.is_active else None
    watched = run or trying
    tried = run is None and trying is None and is_move_tried(move)
    kinds = given.get("kinds") or KindsForm(None, files=files, user=user)
    counts = _counts(move, files)
    rows = [
        {
            "job": job,
            "field": field,
            "counts": counts.get(job.pk),
            "mapped": sum(len(places) for places in job.mapping.values()),
            "missing": [kind_of(job.kind).field(name).label for name in missing_fields(kind_of(job.kind), job.mapping)],
            "bad": list(bad_cells(job, limit=BAD_SHOWN)) if tried else [],
        }
        for job, field in kinds.rows
    ]
    context = {
        "move": move,
        "page_title": _("Move in from %(source)s") % {"source": move.source},
        "rows": rows,
        "owners": given.get("owners") or OwnersForm(None, move=move),
        "tried": tried,
        "unsaid": given.get("unsaid", False),
        "run": run,
        "trying": trying,
        "trial_error": move.trial_run.error if run is None and move.trial_run is not None else "",
        "progress": progress_context(watched) if watched is not None else None,
        "kinds_form": kinds,
        **operation_context(request, move.operation_id),
    }
    return render(request, "imports/move_in.html", context, status=status)


def _counts(move: MoveIn, files: list[Import]) -> dict[int, dict[str, int]]:
    """Return what became of each file's rows: in the run, or else in the trial."""
    if move.run is not None:
        return {job.pk: move.run.checkpoint.get(f"file{job.pk}", {}).get("counts", {}) for job in files}
    return {job.pk: job.trial for job in files} if is_move_tried(move) else {}
