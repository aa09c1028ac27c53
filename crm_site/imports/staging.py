"""Copying a file into the staging table: every cell checked and in its normal form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection, transaction

from crm_site.imports.models import Import, RowState
from crm_site.imports.opening import open_file
from crm_site.imports.repeats import IsGrouped, grouping
from crm_site.imports.rows import RowReader, StagedLine
from crm_site.imports.transactions import quick_commits

if TYPE_CHECKING:
    from crm_site.staff.models import User

BATCH = 20_000
BLOCK = 200
# Below, the planner's guesses do no harm, and a look at the rows of all imports would cost more than the import.
MANY_ROWS = 10_000
_SPECIAL = re.compile(r"[\\\t\n\r]").search
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
COPY = 'COPY imports_stagedrow (import_id, line, "group", is_grouped, state, cells, problems) FROM STDIN'


class Progress(Protocol):
    """What staging and loading tell whoever runs them."""

    checkpoint: dict[str, Any]

    @property
    def user(self) -> User | None:
        """Who imports."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """Counts so far, over all attempts."""
        ...

    def count(self, **counts: int) -> None:
        """Add to the counts."""
        ...

    def progress(self, done: int, total: int, phase: str = "") -> None:
        """Say how far the work is."""
        ...

    def save_checkpoint(self, **values: Any) -> None:
        """Remember how far the work is."""
        ...

    def raise_if_cancelled(self) -> None:
        """Stop when somebody asked for it."""
        ...


@dataclass(frozen=True)
class Batch:
    """What one transaction of staging brought: rows, those of them that were refused, and the last line."""

    rows: int
    failed: int
    last: int


def staged_batches(job: Import, reader: RowReader, after: int = 0) -> Iterator[Batch]:
    """Copy the rows behind line `after`, and yield after each committed batch."""
    is_grouped = grouping(job, reader)
    with open_file(job) as sheet:
        lines = reader.lines(sheet, after=after)
        while True:
            with transaction.atomic():
                quick_commits()
                batch = _copy_batch(job, lines, is_grouped)
            if not batch.rows:
                return
            yield batch


def stage(job: Import, context: Progress) -> RowReader:
    """Copy the file into the staging table, a batch a transaction; a repeat goes on behind the last batch.

    Returns the reader, which knows the values it saw.
    """
    reader = RowReader(job)
    for batch in staged_batches(job, reader, settle_read(job, context)):
        context.raise_if_cancelled()
        count_batch(batch, context)
    look_at_rows(context)
    return reader


def count_batch(batch: Batch, context: Progress) -> None:
    """Add a batch to the counts and to what is remembered of the reading."""
    read = context.checkpoint.get("read", {})
    context.count(rows=batch.rows, failed=batch.failed)
    rows, failed = read.get("rows", 0) + batch.rows, read.get("failed", 0) + batch.failed
    with transaction.atomic():
        context.save_checkpoint(read={"rows": rows, "failed": failed})
    context.progress(rows, 0, "reading")


def settle_read(job: Import, context: Progress) -> int:
    """Count the rows that an earlier attempt copied and could not count any more; return the last line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE problems IS NOT NULL AND state = %s "
            "AND NOT problems -> 0 ? 'loading'), coalesce(max(line), 0) FROM imports_stagedrow WHERE import_id = %s",
            [int(RowState.FAILED), job.pk],
        )
        rows, failed, last = cursor.fetchone()
    read = context.checkpoint.get("read", {})
    missing = Batch(rows - read.get("rows", 0), failed - read.get("failed", 0), last)
    if missing.rows:
        count_batch(missing, context)
    return int(last)


def look_at_rows(context: Progress) -> None:
    """Let the planner know the rows of a large import, which nobody else would look at in time."""
    if context.counts.get("rows", 0) > MANY_ROWS:
        with connection.cursor() as cursor:
            cursor.execute('ANALYZE imports_stagedrow (import_id, "group", is_grouped, state, line)')


def _copy_batch(job: Import, lines: Iterator[StagedLine], is_grouped: IsGrouped) -> Batch:
    copied = failed = last = 0
    block: list[str] = []
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for staged in lines:
            block.append(_copied(job.pk, staged, is_grouped(staged.group)))
            copied += 1
            failed += staged.refused
            last = staged.line
            if copied >= BATCH:
                break
            if len(block) >= BLOCK:
                copy.write("".join(block))
                block.clear()
        copy.write("".join(block))
    return Batch(copied, failed, last)


def _copied(pk: int, staged: StagedLine, grouped: bool) -> str:
    """Return a row in the text form of COPY: a third of the work that the driver would make of it."""
    values = staged.values
    cells = ",".join(["NULL" if value is None else f'"{value}"' for value in values])
    if _SPECIAL(cells) or cells.count('"') != 2 * (len(values) - values.count(None)):
        cells = ",".join(["NULL" if value is None else f'"{_quoted(value)}"' for value in values])
    problems = _escaped(json.dumps(staged.problems)) if staged.problems else "\\N"
    group = _escaped(staged.group[:200])
    return f"{pk}\t{staged.line}\t{group}\t{'t' if grouped else 'f'}\t{staged.state:d}\t{{{cells}}}\t{problems}\n"


def _quoted(value: str) -> str:
    """Return a text as it stands between the quotes of an array, escaped for COPY too."""
    return _escaped(value.replace("\\", "\\\\").replace('"', '\\"'))


def _escaped(text: str) -> str:
    return text.translate(_COPY_ESCAPES) if _SPECIAL(text) else text
