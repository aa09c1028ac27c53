"""Reader of guarded XLSX files; every cell becomes the text a CSV of the same sheet would hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from crm_site.lib.spreadsheets.limits import Limits
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowFault, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.sniffing import Layout, guess_layout
from crm_site.lib.spreadsheets.xlsx_guarding import guard_xlsx

_SNIFFED_ROWS = 60
_EXACT_INTEGERS = 2**53


def _text(value: object) -> str:
    """Return a cell as text: whole numbers without .0, dates in ISO form, booleans as true and false."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value] # kind is str
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT_INTEGERS
        return str(int(value)) if whole else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def read_xlsx(path: Path, limits: Limits) -> tuple[Layout, Generator[Row | RowProblem, None, None]]:
    """Return layout and rows of the first visible sheet.

    Raises SpreadsheetRefused for a file that is damaged, empty or beyond the limits.
    """
    guard_xlsx(path, limits)
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        if not names:
            raise SpreadsheetRefused(Refusal.EMPTY)
        sheet = workbook.get_sheet_by_name(names[0])
    except (CalamineError, OSError, ValueError) as error:
        raise SpreadsheetRefused(Refusal.DAMAGED) from error
    above = sheet.start[0] if sheet.start else 0
    head: list[list[str]] = []
    for cells in sheet.iter_rows():
        head.append([_text(value) for value in cells])
        if len(head) >= _SNIFFED_ROWS:
            break
    layout = _layout(head)
    if layout is None:
        raise SpreadsheetRefused(Refusal.EMPTY)
    line = layout.header_line
    placed = Layout(layout.delimiter, layout.header, line + above)
    return placed, _rows(sheet.iter_rows(), line, above, len(layout.header), limits)


def _layout(head: list[list[str]]) -> Layout | None:
    """Find the header as in a CSV, with line feeds in cells flattened so that a row is a line."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    for cells in head:
        writer.writerow([" ".join(cell.split()) for cell in cells])
    return guess_layout(page.getvalue(), ",")


def _rows(
    values: Iterator[list[Any]], header_at: int, above: int, width: int, limits: Limits
) -> Generator[Row | RowProblem, None, None]:
    longest = limits.cell_length
    for line, row in enumerate(values, 1):
        if line <= header_at:
            continue
        cells = [_text(value) for value in row]
        if not any(cells):
            continue
        extra, cells = cells[width:], cells[:width]
        if any(extra):
            yield RowProblem(line + above, RowFault.TOO_MANY_CELLS, tuple(cell[:200] for cell in cells))
        elif max(map(len, cells)) > longest:
            yield RowProblem(line + above, RowFault.CELL_TOO_LONG, tuple(cell[:200] for cell in cells))
        elif any("\0" in cell for cell in cells):
            yield RowProblem(line + above, RowFault.NUL, tuple(cell[:200].replace("\0", "") for cell in cells))
        else:
            yield Row(line + above, cells)
