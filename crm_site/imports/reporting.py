"""What became of the rows of an import: previews, bad cells, the row report, and the file to repair them in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from crm_site.imports.kinds import KINDS, kind_of
from crm_site.imports.messages import reason
from crm_site.imports.models import Import, RowState, StagedRow
from crm_site.imports.opening import open_file
from crm_site.imports.rows import RowReader, StagedLine
from crm_site.imports.trials import is_tried
from crm_site.lib.spreadsheets import RowProblem, stream_csv

REPORT_HEADER = ("line", "column", "reason", "value")
BadCell = tuple[int, str, str, str]
"""Line, column, reason, value."""


def preview(job: Import, limit: int = 20) -> list[StagedLine]:
    """Return the first rows as they would be staged; nothing is written."""
    with open_file(job) as sheet:
        return list(islice(RowReader(job).lines(sheet), limit))


def sample_cells(job: Import, limit: int = 3) -> list[list[str]]:
    """Return the cells of the first readable rows, to show under the headers."""
    with open_file(job) as sheet:
        rows = (row for row in sheet.rows if not isinstance(row, RowProblem))
        return [list(row.cells) for row in islice(rows, limit)]


def read_records(job: Import, rejected: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Read and check the whole file without writing: yield records in normal form, put refused rows into `rejected`."""
    kind = kind_of(job.kind)
    fields = [(field.name, kind.position(field.name)) for field in kind.fields]
    several = [field.name for field in kind.fields if field.several]
    with open_file(job) as sheet:
        for staged in RowReader(job).lines(sheet):
            if staged.refused:
                columns = [one["column"] for one in staged.problems]
                reasons = [reason(one) for one in staged.problems]
                rejected.append({"line": staged.line, "columns": columns, "reasons": reasons})
                continue
            pairs = ((name, staged.values[place]) for name, place in fields)
            record: dict[str, Any] = {name: value for name, value in pairs if value is not None}
            yield record | {f"other_{name}s": staged.more[name] for name in several if name in staged.more}


def bad_cells(job: Import, *, column: str = "", after: int = 0, limit: int | None = None) -> Iterator[BadCell]:
    """Yield what is wrong with the refused rows, by line; before the start, what the trial found as well."""
    rows = StagedRow.objects.filter(job=job, problems__isnull=False, line__gt=after).exclude(state=RowState.SKIPPED)
    if column:
        rows = rows.filter(problems__contains=[{"column": column}])
    found = rows.order_by("line").values_list("line", "problems")
    told = ((line, one) for line, problems in found.iterator(chunk_size=500) for one in problems)
    tried: Iterator[tuple[int, dict[str, Any]]] = iter(())
    if job.is_open and is_tried(job):
        tried = ((one["line"], one) for one in job.trial["problems"] if one["line"] > after)
    cells = (
        (line, one["column"], reason(one), one["value"])
        for line, one in _by_line(told, tried)
        if not column or one["column"] == column
    )
    return islice(cells, limit)


def _by_line(
    one: Iterator[tuple[int, dict[str, Any]]], other: Iterator[tuple[int, dict[str, Any]]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Merge two streams that are ordered by line."""
    from heapq import merge

    return merge(one, other, key=lambda pair: pair[0])


def bad_columns(job: Import) -> list[tuple[str, int]]:
    """Return the columns with bad cells and how many there are, the worst first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p ->> 'column', count(*) FROM imports_stagedrow, jsonb_array_elements(problems) AS p "
            "WHERE import_id = %s AND problems IS NOT NULL AND state <> %s GROUP BY 1",
            [job.pk, int(RowState.SKIPPED)],
        )
        found = dict(cursor.fetchall())
    for one in job.trial.get("problems", []) if job.is_open else []:
        found[one["column"]] = found.get(one["column"], 0) + 1
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def failures_csv(job: Import) -> Iterator[bytes]:
    """Stream the refused rows as CSV."""
    return stream_csv(REPORT_HEADER, bad_cells(job))


def write_failures_file(job: Import) -> Path:
    """Write the refused rows beside the uploaded files and return the path."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"import-{job.pk}-failures.csv"
    with path.open("wb") as target:
        target.writelines(failures_csv(job))
    return path


@dataclass(frozen=True)
class ToldRow:
    """One row of the report: what became of it, which record it is, and why it was refused."""

    line: int
    state: str
    tone: str
    label: str
    url: str
    problems: list[tuple[str, str, str]]


TONES = {RowState.CREATED: "good", RowState.UPDATED: "info", RowState.FAILED: "bad"}


def told_rows(job: Import, state: RowState | None, after: int, limit: int) -> list[ToldRow]:
    """Return the next rows of the report behind line `after`, with the records they made."""
    found = StagedRow.objects.filter(job=job, line__gt=after).order_by("line")
    rows = list((found.filter(state=state) if state is not None else found)[:limit])
    ids = [row.record_id for row in rows if row.record_id is not None]
    records = KINDS[job.kind].model._default_manager.in_bulk(ids) if ids else {}
    told = []
    for row in rows:
        record = records.get(row.record_id)
        problems = [(one["column"], reason(one), one["value"]) for one in row.problems or []]
        url = record.get_absolute_url() if record is not None and hasattr(record, "get_absolute_url") else ""
        tone = TONES.get(RowState(row.state), "flat")
        told.append(
            ToldRow(
                row.line, str(row.get_state_display()), tone, str(record) if record is not None else "", url, problems
            )
        )
    return told
