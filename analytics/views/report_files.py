"""A report as a file, through the one writer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone

from analytics.selectors.reports import Report, Table
from crm_site.events.publishing import publish
from crm_site.lib.spreadsheets import stream_csv, write_xlsx
from crm_site.pages.events import ListExported
from crm_site.pages.lists.export import TYPES

if TYPE_CHECKING:
    from crm_site.staff.models import User


def report_file(report: Report, tables: Sequence[Table], kind: str, user: User, address: str) -> HttpResponse:
    """Return the tables below each other as a file, and write down who took it; raise Http404 for other kinds."""
    if kind not in TYPES:
        raise Http404
    heads, lines = _lines(tables)
    body = io.BytesIO()
    if kind == "xlsx":
        write_xlsx(body, heads, lines, title=str(report.title))
    else:
        for chunk in stream_csv(heads, lines):
            body.write(chunk)
    with transaction.atomic():
        told = ListExported(list_code=f"report:{report.code}", kind=kind, rows=len(lines), address=address[:2000])
        publish(told, user)
    response = HttpResponse(body.getvalue(), content_type=TYPES[kind])
    name = f"{report.code}-{timezone.localdate():%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(tables: Sequence[Table]) -> tuple[list[str], list[list[Any]]]:
    """Return the first table's heads, and the lines of all; later tables bring their own heads along."""
    if not tables:
        return [], []
    heads, lines = tables[0].grid()
    for table in tables[1:]:
        more, rows = table.grid()
        lines += [[], more, *rows]
    return heads, lines
