"""The first step: the file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm_site.imports.forms import ReadingForm, UploadForm, upload_name
from crm_site.imports.lists import may_import
from crm_site.imports.services import keep_upload, open_import, read_again
from crm_site.imports.views.fetching import fetch_open_import, page_context, wizard_steps
from crm_site.lib.spreadsheets import SpreadsheetRefused
from crm_site.pages.requests import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_create(request: HttpRequest) -> HttpResponse:
    """Take the file in, and look what it is."""
    user = signed_in(request)
    if not may_import(user):
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None, user=user, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        path = keep_upload(upload.name, upload.chunks())
        try:
            job = open_import(form.cleaned_data["kind"], path, upload_name(upload), user)
        except SpreadsheetRefused as refused:
            path.unlink(missing_ok=True)
            form.add_error("file", refused.message)
        else:
            return redirect("imports:import-columns", job.pk)
    context = {"form": form, "page_title": _("Import a file"), "steps": wizard_steps(1)}
    return render(request, "imports/import_upload.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the file is read, let the guess be corrected, or put another file in its place."""
    job = fetch_open_import(request, pk)
    if not job.is_open:
        return redirect(job)
    form = ReadingForm(request.POST or None, request.FILES or None, job=job)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            read_again(
                job,
                upload=given["file"],
                encoding=given.get("encoding") or None,
                delimiter=given.get("delimiter") or None,
                header_line=given.get("header_line"),
            )
        except SpreadsheetRefused as refused:
            form.add_error("file" if given["file"] else None, refused.message)
        else:
            messages.success(request, _("The file was read again."))
            return redirect("imports:import-columns", job.pk)
    return render(
        request, "imports/import_file.html", page_context(job, 1, form=form), status=422 if form.errors else 200
    )
