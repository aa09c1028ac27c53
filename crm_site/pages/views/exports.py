"""Taking a list out as a file, and fetching a file that a job has written."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm_site.pages.bulk.selection import Selection
from crm_site.pages.choices import FileKind
from crm_site.pages.exports import export_as_job, extract_of
from crm_site.pages.lists.export import AT_ONCE, TYPES, Extract, export_file
from crm_site.pages.lists.registry import open_list
from crm_site.pages.models import ListExport
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible


@require_POST
@login_required
def list_export(request: HttpRequest, code: str) -> HttpResponseBase:
    """Answer with the file of the selected rows, or with the page of the job that writes a long one."""
    user = signed_in(request)
    page = open_list(code, user)
    kind = request.POST.get("kind", "")
    if kind not in FileKind.values or not user.access.can_export(page.module):
        raise Http404
    selection = Selection.posted(request.POST)
    extract = Extract(page, user, selection.read_state(page), selection.keys)
    if extract.count(AT_ONCE[kind]) > AT_ONCE[kind]:
        return redirect("pages:job-detail", pk=export_as_job(page, selection, kind, user).pk)
    return export_file(extract, kind)


@require_safe
@login_required
def export_download(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand a written file to its owner, while it is kept and the owner may still export."""
    user = signed_in(request)
    export = fetch_visible(ListExport.objects.all(), user, code=code, expires_at__gt=timezone.now())
    extract = extract_of(export)
    path = Path(export.path)
    if not export.path or not path.is_file():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=extract.file_name(export.kind), content_type=TYPES[export.kind]
    )
