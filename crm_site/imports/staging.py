"""Reading a file into the staging table: every cell checked and in its normal form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from crm_site.imports.cells import CellError
from crm_site.imports.kinds import KINDS, ImportKind, Values
from crm_site.imports.messages import problem
from crm_site.imports.models import Import, RowState
from crm_site.jobs.context import JobContext
from crm_site.lib.spreadsheets import Row, RowProblem, Sheet, open_sheet

BATCH = 20_000
MEMO = 50_000
_UNSEEN = object()
COPY = 'COPY imports_stagedrow (import_id, line, "group", state, cells, problems) FROM STDIN'


@dataclass
class StagedLine:
    """A row as it goes into the staging table."""

    line: int
    group: str
    values: Values
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def state(self) -> RowState:
        """Waiting, or refused when there is a problem."""
        return RowState.FAILED if self.problems else RowState.VALID


class RowReader:
    """Turns rows of a sheet into staged lines; repeated texts of a column are read once."""

    def __init__(self, job: Import) -> None:
        self.kind: ImportKind = KINDS[job.kind]
        self.key = job.key or self.kind.keys[0]
        self.header = [str(name) for name in job.header]
        self.plan = [(one, job.mapping.get(one.name)) for one in self.kind.fields]
        self.memos: list[dict[str, Any]] = [{} for _ in self.plan]

    def lines(self, sheet: Sheet, after: int = 0) -> Iterator[StagedLine]:
        """Yield the staged lines behind line `after`."""
        for row in sheet.rows:
            if row.line > after:
                yield self.refused(row) if isinstance(row, RowProblem) else self.read(row)

    def refused(self, row: RowProblem) -> StagedLine:
        """Return a row the reader could not make sense of."""
        shown = ",".join(row.cells)[:100]
        return StagedLine(row.line, f"\x7f{row.line:09d}", [], [problem(row.fault.value, value=shown)])

    def read(self, row: Row) -> StagedLine:
        """Return a row with every cell in its normal form, and what is wrong with it."""
        values: Values = []
        problems: list[dict[str, Any]] = []
        for (one, position), memo in zip(self.plan, self.memos, strict=True):
            if position is None:
                values.append(None)
                continue
            cell = row.cells[position]
            value = memo.get(cell, _UNSEEN)
            if value is _UNSEEN:
                value = self._read_cell(one.read, cell, memo)
            if type(value) is CellError:
                problems.append(problem(value.code, self.header[position], cell, **value.params))
                value = None
            elif value is None and one.required:
                problems.append(problem("required", self.header[position]))
            values.append(value)
        if not problems:
            for name, code, params in self.kind.check(values):
                problems.append(problem(code, self._column(name), values[self.kind.position(name)] or "", **params))
        return StagedLine(row.line, self.kind.group_of(values, self.key, row.line), values, problems)

    def _read_cell(self, read: Any, cell: str, memo: dict[str, Any]) -> Any:
        try:
            value: Any = read(cell)
        except CellError as error:
            value = error
        if len(memo) >= MEMO:
            memo.clear()
        memo[cell] = value
        return value

    def _column(self, name: str) -> str:
        position = self.plan[self.kind.position(name)][1]
        return name if position is None else self.header[position]


def stage(job: Import, context: JobContext) -> None:
    """Copy the file into the staging table, a batch a transaction; a repeat goes on behind the last batch."""
    done = int(context.checkpoint.get("rows", 0))
    reader = RowReader(job)
    with open_sheet(job.file, encoding=job.encoding or None, delimiter=job.delimiter or None) as sheet:
        lines = reader.lines(sheet, after=int(context.checkpoint.get("line", 0)))
        while True:
            context.raise_if_cancelled()
            with transaction.atomic():
                copied, failed, last = _copy_batch(job, lines)
                if not copied:
                    break
                done += copied
                context.count(rows=copied, failed=failed)
                context.save_checkpoint(rows=done, line=last)
            context.progress(done, 0, "reading")
    context.save_checkpoint(staged=True)


def _copy_batch(job: Import, lines: Iterator[StagedLine]) -> tuple[int, int, int]:
    copied = failed = last = 0
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for staged in lines:
            state = staged.state
            problems = json.dumps(staged.problems) if staged.problems else None
            copy.write_row((job.pk, staged.line, staged.group[:200], int(state), staged.values, problems))
            copied += 1
            failed += state is RowState.FAILED
            last = staged.line
            if copied >= BATCH:
                break
    return copied, failed, last
