"""What became of the rows of an import: previews, refused rows, and the file to repair them in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from crm_site.imports.kinds import KINDS
from crm_site.imports.messages import reason
from crm_site.imports.models import Import, RowState, StagedRow
from crm_site.imports.staging import RowReader, StagedLine
from crm_site.lib.spreadsheets import RowProblem, open_sheet, stream_csv

REPORT_HEADER = ("line", "column", "reason", "value")


def preview(job: Import, limit: int = 20) -> list[StagedLine]:
    """Return the first rows as they would be staged; nothing is written."""
    with open_sheet(job.file, encoding=job.encoding or None, delimiter=job.delimiter or None) as sheet:
        return list(islice(RowReader(job).lines(sheet), limit))


def sample_cells(job: Import, limit: int = 3) -> list[list[str]]:
    """Return the cells of the first readable rows, to show under the headers."""
    with open_sheet(job.file, encoding=job.encoding or None, delimiter=job.delimiter or None) as sheet:
        rows = (row for row in sheet.rows if not isinstance(row, RowProblem))
        return [list(row.cells) for row in islice(rows, limit)]


def trial(job: Import) -> dict[str, Any]:
    """Read and check the whole file without writing; return records in normal form and refused rows."""
    fields = [field.name for field in KINDS[job.kind].fields]
    records: list[dict[str, str]] = []
    rejected: list[dict[str, Any]] = []
    with open_sheet(job.file, encoding=job.encoding or None, delimiter=job.delimiter or None) as sheet:
        for staged in RowReader(job).lines(sheet):
            if staged.state is RowState.FAILED:
                columns = [one["column"] for one in staged.problems]
                reasons = [reason(one) for one in staged.problems]
                rejected.append({"line": staged.line, "columns": columns, "reasons": reasons})
            else:
                pairs = zip(fields, staged.values, strict=True)
                records.append({name: value for name, value in pairs if value is not None})
    return {"records": records, "rejected": rejected}


def refused_rows(job: Import) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line, column, reason, value) for every problem of a refused row, by line."""
    failed = StagedRow.objects.filter(job=job, state=RowState.FAILED).order_by("line")
    for line, problems in failed.values_list("line", "problems").iterator(chunk_size=2000):
        for one in problems or []:
            yield line, one["column"], reason(one), one["value"]


def failures_csv(job: Import) -> Iterator[bytes]:
    """Stream the refused rows as CSV."""
    return stream_csv(REPORT_HEADER, refused_rows(job))


def write_failures_file(job: Import) -> Path:
    """Write the refused rows beside the uploaded files and return the path."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"import-{job.pk}-failures.csv"
    with path.open("wb") as target:
        target.writelines(failures_csv(job))
    return path
