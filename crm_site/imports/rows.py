"""Reading the rows of a sheet: every cell checked and in its normal form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_site.imports.cells import CellError, FileReader, Reader
from crm_site.imports.habits import Habits
from crm_site.imports.kinds import Field, ImportKind, Values, kind_of
from crm_site.imports.messages import problem
from crm_site.imports.models import BadCells, Import, RowState
from crm_site.lib.spreadsheets import Row, RowProblem, Sheet

MEMO = 20_000
# A column is unlike those that repeat when most of its first cells were new: a memory of it costs more than it gives.
JUDGED_AFTER, WORTHWHILE = 5_000, 0.5
_SEVERAL = re.compile(r":::|[;,\n]").search
MOST_VALUES = 2_000
_UNSEEN = object()


@dataclass
class StagedLine:
    """A row as it goes into the staging table. Problems of a row that is not `refused` are only told."""

    line: int
    group: str
    values: Values
    problems: list[dict[str, Any]] = field(default_factory=list)
    refused: bool = False
    more: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def state(self) -> RowState:
        """Waiting, or refused."""
        return RowState.FAILED if self.refused else RowState.VALID


class _Column:
    """One column of the file on its way into a field; repeated texts are read once."""

    def __init__(self, one: Field, place: int, position: int, header: str, read: Reader) -> None:
        self.field, self.place, self.position, self.header = one, place, position, header
        self.read = read
        self.memo: dict[str, Any] | None = {}
        self.asked = self.fresh = 0

    def value(self, cell: str) -> Any:
        """Return the normal form of a cell, or the CellError that says why there is none."""
        memo = self.memo
        if memo is None:
            return self._read(cell)
        value = memo.get(cell, _UNSEEN)
        self.asked += 1
        if value is _UNSEEN:
            value = memo[cell] = self._read(cell)
            self.fresh += 1
            if self.asked > JUDGED_AFTER and self.fresh > WORTHWHILE * self.asked:
                self.memo = None
            elif len(memo) > MEMO:
                memo.clear()
        return value

    def _read(self, cell: str) -> Any:
        try:
            return self.read(cell)
        except CellError as error:
            return error


class RowReader:
    """Turns rows of a sheet into staged lines."""

    def __init__(self, job: Import) -> None:
        self.kind: ImportKind = kind_of(job.kind)
        self.key = job.key or self.kind.keys[0]
        self.header = [str(name) for name in job.header]
        self._order = {name: position for position, name in enumerate(self.header)}
        self.mapping: Mapping[str, list[int]] = job.mapping
        self.lenient = job.bad_cells == BadCells.CELL
        self.width = len(self.kind.columns)
        self.values_seen: dict[str, Counter[str]] = {}
        self._habits = Habits.of(job.habits)
        self._values: Mapping[str, Mapping[str, str]] = job.values
        self._people: Mapping[str, str] = job.move_in.owners if job.move_in else {}
        self._single: list[_Column] = []
        self._gathered: list[tuple[Field, int, list[_Column]]] = []
        self._derived_at = self.kind.position(self.kind.derived[0][0]) if self.kind.derived else 0
        for one in self.kind.fields:
            place = self.kind.position(one.name)
            columns = [self._column(one, place, position) for position in self.mapping.get(one.name, ())]
            if one.takes_columns and columns:
                self._gathered.append((one, place, columns))
            else:
                self._single += columns
        needed = [one.name for one in self.kind.fields if one.required and one.name in self.mapping]
        self._required = [(self.kind.position(name), self._header(name)) for name in needed]

    def columns_of(self, name: str) -> list[_Column]:
        """Return the columns that fill a field."""
        found = [column for column in self._single if column.field.name == name]
        return found + [column for one, _place, columns in self._gathered if one.name == name for column in columns]

    def lines(self, sheet: Sheet, after: int = 0) -> Iterator[StagedLine]:
        """Yield the staged lines behind line `after`."""
        for row in sheet.rows:
            if row.line > after:
                yield self.unreadable(row) if isinstance(row, RowProblem) else self.read(row)

    def unreadable(self, row: RowProblem) -> StagedLine:
        """Return a row the sheet's reader could not make sense of."""
        shown = ",".join(row.cells)[:100]
        return StagedLine(row.line, f"\x7f{row.line:09d}", [], [problem(row.fault.value, value=shown)], refused=True)

    def read(self, row: Row) -> StagedLine:
        """Return a row with every cell in its normal form, and what is wrong with it."""
        kind, cells = self.kind, row.cells
        values: Values = [None] * self.width
        problems: list[dict[str, Any]] = []
        for column in self._single:
            value = column.value(cells[column.position])
            if type(value) is CellError:
                problems.append(problem(value.code, column.header, cells[column.position], **value.params))
            else:
                values[column.place] = value
        more: dict[str, list[str]] = {}
        for one, place, columns in self._gathered:
            if len(columns) == 1 and not _SEVERAL(cells[columns[0].position]):
                value = columns[0].value(cells[columns[0].position])
                if type(value) is not CellError:
                    values[place] = value
                    continue
            found = _gather(one, columns, cells, problems)
            values[place] = (
                one.joined_by.join(found)[:5000] if one.joined_by and found else (found[0] if found else None)
            )
            if one.several and len(found) > 1:
                more[one.name] = found[1:]
                values[kind.position(f"more_{one.name}")] = _array(found[1:])
        refused = bool(problems) and not self.lenient
        for place, header in self._required:
            if values[place] is None:
                refused = True
                if all(one["column"] != header for one in problems):
                    problems.append(problem("required", header))
        if not refused:
            self._finish(values, more, problems)
            refused = any("whole_row" in one for one in problems)
        if len(problems) > 1:
            problems.sort(key=lambda one: self._order.get(one["column"], 0))
        return StagedLine(row.line, kind.group_of(values, self.key, row.line), values, problems, refused, more)

    def _finish(self, values: Values, more: Mapping[str, list[str]], problems: list[dict[str, Any]]) -> None:
        """Check the row as a whole and derive what follows from it."""
        kind = self.kind
        found = kind.check(values)
        for name, code, params in found:
            told = problem(code, self._header(name), values[kind.position(name)] or "", **params)
            problems.append({**told, "whole_row": True})
        if not found:
            derived = list(kind.derive(values, more))
            if derived:
                values[self._derived_at : self._derived_at + len(derived)] = derived

    def _column(self, one: Field, place: int, position: int) -> _Column:
        read: Reader = one.read.within(self._habits) if isinstance(one.read, FileReader) else one.read
        if one.is_mapped_by_value:
            read = self._translated(one, read)
        column = _Column(one, place, position, self.header[position], read)
        if one.is_mapped_by_value:
            column.memo = None  # every value is counted
        return column

    def _translated(self, one: Field, read: Reader) -> Reader:
        """Return a reader that first looks whether the importer has said what a value means."""
        said = {**(self._people if one.is_person else {}), **self._values.get(one.name, {})}
        seen = self.values_seen.setdefault(one.name, Counter())

        def translate(cell: str) -> str | None:
            word = cell.strip().casefold()
            if word and (word in seen or len(seen) < MOST_VALUES):
                seen[word] += 1
            return said[word] or None if word in said else read(cell)

        return translate

    def _header(self, name: str) -> str:
        positions = self.mapping.get(name)
        return self.header[positions[0]] if positions else name


def _gather(one: Field, columns: list[_Column], cells: list[str], problems: list[dict[str, Any]]) -> list[str]:
    """Return the values of all columns of a field, the first ones first, each once."""
    found: dict[str, None] = {}
    for column in columns:
        cell = cells[column.position]
        if not cell:
            continue
        parts = one.several.split(cell) if one.several and one.several.search(cell) else (cell,)
        for part in parts:
            value = column.value(part)
            if type(value) is CellError:
                problems.append(problem(value.code, column.header, part, **value.params))
            elif value is not None:
                found.setdefault(value)
    return list(found)


def _array(values: list[str]) -> str:
    """Return texts as the literal of a PostgreSQL array."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
