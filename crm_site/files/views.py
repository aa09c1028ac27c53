"""Files of a record: the card that shows and takes them, and the download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.files.fetching import fetch_attachment, require_removable
from crm_site.files.keeping import path_of, thumbnail_of
from crm_site.files.models import Attachment
from crm_site.files.services import FileRefusedError, attach_files, remove_attachment, restore_attachment
from crm_site.files.sniffing import RASTER, TEXT, UNKNOWN
from crm_site.staff.subjects import fetch_visible_subject, may_edit_subject

if TYPE_CHECKING:
    from crm_site.staff.models import User

SHOWN = 30
# Types whose name helps the program that opens the download; browsers show none of them, they only save.
SAID = RASTER | {TEXT, "application/pdf", "application/zip"}
POLICY = "default-src 'none'; sandbox"


def _reader(request: HttpRequest) -> User:
    return cast("User", request.user)


@require_http_methods(["GET", "POST"])
@login_required
def subject_panel(request: HttpRequest, subject: str, pk: int) -> HttpResponse:
    """Show the files of a record as the body of a card; on POST take files: whoever sees it may add to it."""
    user = _reader(request)
    record = fetch_visible_subject(subject, pk, user)
    refused = ""
    if request.method == "POST":
        try:
            attach_files((subject, pk), request.FILES.getlist("files"), user)
        except FileRefusedError as error:
            refused = str(error)
        if request.headers.get("HX-Request") != "true" and not refused:
            return redirect(record.get_absolute_url())
    return _panel(request, subject, pk, refused=refused)


def _panel(request: HttpRequest, subject: str, pk: int, **more: Any) -> HttpResponse:
    found = list(Attachment.objects.of(subject, pk).select_related("uploaded_by")[: SHOWN + 1])
    user = _reader(request)
    context = {
        "subject": subject,
        "pk": pk,
        "files": found[:SHOWN],
        "has_more": len(found) > SHOWN,
        "may_edit": may_edit_subject(subject, pk, user) if found else False,
        "reader": user,
        **more,
    }
    return render(request, "files/panel.html", context, status=422 if more.get("refused") else 200)


@require_safe
@login_required
def entry_files(request: HttpRequest, subject: str, pk: int, entry: int) -> HttpResponse:
    """Show the files that came with one entry of a record's timeline."""
    fetch_visible_subject(subject, pk, _reader(request))
    try:
        found = list(Attachment.objects.of(subject, pk).filter(entry_id=entry)[:SHOWN])
    except OverflowError:
        found = []
    return render(request, "files/entry.html", {"files": found[::-1]})


@require_safe
@login_required
def attachment_download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Give the bytes away as a download, never as something a browser would show."""
    found = fetch_attachment(_reader(request), pk)
    path = path_of(found.sha256)
    if not found.is_downloadable or not path.is_file():
        raise Http404
    kind = found.content_type if found.content_type in SAID else UNKNOWN
    response = FileResponse(path.open("rb"), as_attachment=True, filename=found.name, content_type=kind)
    return _sealed(response)


@require_safe
@login_required
def attachment_thumbnail(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Show the small picture that this site has drawn of an image."""
    found = fetch_attachment(_reader(request), pk)
    path = thumbnail_of(found.sha256)
    if not found.shows_thumbnail or not path.is_file():
        raise Http404
    response = _sealed(FileResponse(path.open("rb"), content_type="image/webp"))
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _sealed(response: FileResponse) -> FileResponse:
    """Forbid a browser to guess what the bytes are, and whatever they are to do anything."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def attachment_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file off its record, and offer to put it back."""
    user = _reader(request)
    found = fetch_attachment(user, pk)
    require_removable(found, user)
    remove_attachment(found)
    return _after(request, found, removed=found)


@require_POST
@login_required
def attachment_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a file back on its record."""
    user = _reader(request)
    found = fetch_attachment(user, pk, removed=True)
    require_removable(found, user)
    restore_attachment(found)
    return _after(request, found)


def _after(request: HttpRequest, found: Attachment, **more: Any) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return _panel(request, found.subject_kind, found.subject_id, **more)
    record = fetch_visible_subject(found.subject_kind, found.subject_id, _reader(request))
    return redirect(record.get_absolute_url())
