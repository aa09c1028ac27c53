"""The one writer of CSV and XLSX: streaming, with every text cell defused."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO

from crm_site.lib.spreadsheets.defusing import defuse

XLSX_ROWS = 1_048_576
XLSX_CELL = 32_767
_FLUSH_CHARACTERS = 64 * 1024
_XlsxCell = str | float | Decimal | datetime | date | time | timedelta | None
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_TITLE = re.compile(r"[\[\]:*?/\\]")


def _csv_cell(value: object) -> str:
    """Return a cell of a CSV; numbers keep their sign, other text that looks like a formula is defused."""
    if isinstance(value, str):
        return defuse(value.replace("\0", ""))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else ""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return defuse(str(value).replace("\0", ""))


def stream_csv(
    header: Sequence[object], rows: Iterable[Sequence[object]], *, bom: bool = True, delimiter: str = ","
) -> Iterator[bytes]:
    """Yield a UTF-8 CSV in chunks of some 64 KB; the byte order mark tells Excel the encoding.

    Numbers stay numbers; None, NaN and infinity are empty; dates are ISO; lines end with CR LF.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page, delimiter=delimiter, lineterminator="\r\n")
    if bom:
        yield codecs.BOM_UTF8
    writer.writerow([_csv_cell(cell) for cell in header])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if page.tell() > _FLUSH_CHARACTERS:
            yield page.getvalue().encode("utf-8", "replace")
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode("utf-8", "replace")


def write_csv(
    target: BinaryIO, header: Sequence[object], rows: Iterable[Sequence[object]], *, bom: bool = True
) -> None:
    """Write a CSV as ``stream_csv`` yields it to a binary file."""
    for chunk in stream_csv(header, rows, bom=bom):
        target.write(chunk)


def _xlsx_cell(value: object) -> _XlsxCell:
    """Return a value openpyxl stores typed; an aware datetime is shown in the zone it is given in."""
    if value is None or isinstance(value, bool | int | timedelta):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | time):
        return value.replace(tzinfo=None)  # Excel knows no zones
    if isinstance(value, date):
        return value
    return defuse(_NOT_XML.sub("", str(value)))[:XLSX_CELL]


def write_xlsx(
    target: BinaryIO, header: Sequence[object], rows: Iterable[Sequence[object]], *, title: str = "Data"
) -> None:
    """Write an XLSX workbook, rows going to a temporary file as they come.

    Beyond Excel's 1,048,576 rows a further sheet begins, with the header again.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    name = _SHEET_TITLE.sub(" ", title)[:25].strip(" '") or "Data"
    bold = Font(bold=True)
    sheet, written, sheets = None, 0, 0
    for row in _with_header(rows):
        if sheet is None or written >= XLSX_ROWS:
            sheets += 1
            sheet = book.create_sheet(name if sheets == 1 else f"{name} {sheets}")
            sheet.freeze_panes = "A2"
            cells = [WriteOnlyCell(sheet, defuse(_NOT_XML.sub("", str(cell)))) for cell in header]
            for cell in cells:
                cell.font = bold
            sheet.append(cells)
            written = 1
        if row is not None:
            sheet.append([_xlsx_cell(cell) for cell in row])
            written += 1
    book.save(target)


def _with_header(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object] | None]:
    """Put a None before the rows, so that a table without rows has its header too."""
    yield None
    yield from rows
