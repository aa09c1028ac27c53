"""Why a file or a row was not read: typed, countable and translatable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    """Reasons to refuse a whole file."""

    EMPTY = "empty"
    UNKNOWN_FORMAT = "unknown_format"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    ENCODING = "encoding"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_COMPRESSED = "too_compressed"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_CELLS = "too_many_cells"
    LINE_TOO_LONG = "line_too_long"
    QUOTES = "quotes"
    ENTITIES = "entities"
    TOO_COSTLY = "too_costly"
    UNKNOWN_KIND = "unknown_kind"


class RowFault(StrEnum):
    """Reasons to leave out one row."""

    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    CELL_TOO_LONG = "cell_too_long"
    NUL = "nul"
    ENCODING = "encoding"
    QUOTES = "quotes"


_REFUSALS: dict[Refusal, Promise | str] = {
    Refusal.EMPTY: _("The file has no rows."),
    Refusal.UNKNOWN_FORMAT: _("This is neither a CSV nor an XLSX nor a vCard file."),
    Refusal.DAMAGED: _("The file is damaged."),
    Refusal.ENCRYPTED: _("The file is protected by a password."),
    Refusal.ENCODING: _("The characters of the file cannot be read."),
    Refusal.TOO_MANY_BYTES: _("The file is too large when unpacked."),
    Refusal.TOO_COMPRESSED: _("The file unpacks to suspiciously much data."),
    Refusal.TOO_MANY_ROWS: _("The file has too many rows."),
    Refusal.TOO_MANY_COLUMNS: _("The file has too many columns."),
    Refusal.TOO_MANY_CELLS: _("The sheet spans too many cells."),
    Refusal.LINE_TOO_LONG: _("A line of the file is too long for a table."),
    Refusal.QUOTES: _("Too many rows of the file have broken quotes."),
    Refusal.ENTITIES: _("The file contains forbidden XML declarations."),
    Refusal.TOO_COSTLY: _("Reading the workbook takes too much time or memory."),
    Refusal.UNKNOWN_KIND: _(
        "It cannot be told what the file holds: its columns resemble nothing that can be imported."
    ),
}

_FAULTS: dict[RowFault, Promise | str] = {
    RowFault.TOO_FEW_CELLS: _("The row has fewer cells than the header."),
    RowFault.TOO_MANY_CELLS: _("The row has more cells than the header."),
    RowFault.CELL_TOO_LONG: _("A cell is too long."),
    RowFault.NUL: _("The row contains a NUL character."),
    RowFault.ENCODING: _("The row contains bytes that are not text."),
    RowFault.QUOTES: _("A quotation mark is not closed or stands in the wrong place."),
}


class SpreadsheetRefused(Exception):  # noqa: N818 - named for what happened, as DESIGN.md names events
    """A file that is not read at all; ``code`` is stable, ``message`` is for people, ``file_name`` may be told."""

    def __init__(self, code: Refusal, limit: int | None = None) -> None:
        super().__init__(code.value if limit is None else f"{code.value} (limit {limit})")
        self.code = code
        self.limit = limit
        self.file_name = ""

    @property
    def message(self) -> str:
        """Return the reason in the active language."""
        return str(_REFUSALS[self.code])


class Row(NamedTuple):
    """A good row: the physical line (CSV) or row (XLSX) it starts on, counted from 1, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row left out: where it starts, why, and what could be read of it."""

    line: int
    fault: RowFault
    cells: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """Return the reason in the active language."""
        return str(_FAULTS[self.fault])
