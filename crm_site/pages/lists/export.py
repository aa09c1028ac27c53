"""A list as a file: the same rows in the same order, through the one writer, streamed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import structlog
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.utils import timezone, translation

from crm_site.lib.spreadsheets import stream_csv, write_xlsx

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User

log = structlog.get_logger(__name__)

# Larger workbooks wait on disk, smaller ones in memory.
SPOOL_BYTES = 4 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_file(page: ListPage[Any], user: User, state: ListState, kind: str) -> StreamingHttpResponse | FileResponse:
    """Return what the list shows as CSV or XLSX; raise Http404 for other kinds and for people who may not export."""
    if kind not in ("csv", "xlsx") or not user.access.can_export(page.module):
        raise Http404
    log.info("list.exported", list=page.code, kind=kind, user=user.pk, address=state.address(page))
    heads = [str(column.label) for column in page.columns]
    rows = _rows(page, user, state)
    name = f"{page.code}-{timezone.localdate():%Y-%m-%d}.{kind}"
    if kind == "xlsx":
        book = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # the response closes it
        write_xlsx(book, heads, rows, title=str(page.title))  # type: ignore[arg-type]  # a spooled file is binary
        book.seek(0)
        return FileResponse(book, as_attachment=True, filename=name, content_type=XLSX)
    response = StreamingHttpResponse(_in_force(stream_csv(heads, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(page: ListPage[Any], user: User, state: ListState) -> Iterator[list[Any]]:
    for record in page.rows_in_order(user, state):
        yield [column.exported(record) for column in page.columns]


def _in_force(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Keep the reader's language and zone: the stream is read after the request's middleware has let go of them."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    while True:
        with translation.override(language), timezone.override(zone):
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk
