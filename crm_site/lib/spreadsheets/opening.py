"""Opening of an uploaded table, whatever its format."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from crm_site.lib.spreadsheets.csv_reading import read_csv
from crm_site.lib.spreadsheets.limits import DEFAULT_LIMITS, Limits
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.unpacking import open_unpacked
from crm_site.lib.spreadsheets.vcard_reading import HEADER, is_vcard, read_vcards
from crm_site.lib.spreadsheets.xlsx_reading import read_xlsx

_SAMPLE = 512
_ZIP_MAGIC = b"PK\x03\x04"
_FOREIGN_MAGIC = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"7z\xbc\xaf",
    b"Rar!",
    b"PK\x05\x06",
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An opened table: read ``rows`` once, from top to bottom; use as a context manager to close the file.

    ``header`` holds the cleaned column names (perhaps repeated or empty), ``header_line`` the physical
    line (CSV) or row (XLSX) they stand on, from 1. ``encoding`` and ``delimiter`` are empty for XLSX.
    An address book (vCard) has a header of ours, on line 0, and no delimiter.
    """

    header: tuple[str, ...]
    rows: Generator[Row | RowProblem, None, None]
    encoding: str
    delimiter: str
    header_line: int
    is_address_book: bool = False

    def __enter__(self) -> Sheet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rows.close()


def open_sheet(
    path: Path,
    *,
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_line: int | None = None,
) -> Sheet:
    """Open a CSV (plain, .gz or .xz), XLSX or vCard file by its content; CSV and vCard stream in constant memory.

    Encoding, delimiter and the line of the header are guessed unless given. Raises SpreadsheetRefused, also while
    reading rows.
    """
    with path.open("rb") as raw:
        magic = raw.read(8)
    if magic.startswith(_FOREIGN_MAGIC):
        raise SpreadsheetRefused(Refusal.UNKNOWN_FORMAT)
    if magic.startswith(_ZIP_MAGIC):
        layout, rows = read_xlsx(path, limits, header_line)
        return Sheet(layout.header, rows, "", "", layout.header_line)
    with open_unpacked(path, limits) as stream:
        sample = stream.read(_SAMPLE)
    if is_vcard(sample):
        found, cards = read_vcards(path, limits, encoding)
        return Sheet(HEADER, cards, found, "", 0, is_address_book=True)
    layout, found, rows = read_csv(path, limits, encoding, delimiter, header_line)
    return Sheet(layout.header, rows, found, layout.delimiter, layout.header_line)
