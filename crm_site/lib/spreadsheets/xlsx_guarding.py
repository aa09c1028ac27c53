"""Checks of an XLSX package before its reader, which holds the whole sheet in memory, may open it."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from crm_site.lib.spreadsheets.limits import Limits
from crm_site.lib.spreadsheets.refusals import Refusal, SpreadsheetRefused

_CHUNK = 256 * 1024
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{1,4})(\d{1,9})\s*["']""")
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ESCAPED_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*&""")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_OVERLAP = 64


def guard_xlsx(path: Path, limits: Limits) -> None:
    """Raise SpreadsheetRefused when unpacking or spanning the workbook would take more than the limits.

    Every part is really unpacked once, a chunk at a time, since the sizes in the zip directory are the
    sender's claim. The rectangle spanned by the cells counts, not the number of cells: one cell in the
    last corner of an empty sheet makes the reader allocate 17 billion.
    """
    try:
        with path.open("rb") as raw, zipfile.ZipFile(raw) as package:
            parts = package.infolist()
            if len(parts) > limits.xlsx_parts or sum(part.file_size for part in parts) > limits.xlsx_bytes:
                raise SpreadsheetRefused(Refusal.TOO_MANY_BYTES, limits.xlsx_bytes)
            if "[Content_Types].xml" not in package.namelist():
                raise SpreadsheetRefused(Refusal.UNKNOWN_FORMAT)
            unpacked, packed = 0, path.stat().st_size
            for part in parts:
                unpacked += _check_part(raw, part, limits, unpacked, packed)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError) as error:
        raise SpreadsheetRefused(Refusal.DAMAGED) from error


def _check_part(raw: BinaryIO, part: zipfile.ZipInfo, limits: Limits, before: int, packed: int) -> int:
    """Unpack one part in chunks and return its true size; ``before`` bytes of the file are unpacked yet."""
    if part.flag_bits & _ENCRYPTED:
        raise SpreadsheetRefused(Refusal.ENCRYPTED)
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SpreadsheetRefused(Refusal.UNKNOWN_FORMAT)
    xml = part.filename.lower().endswith((".xml", ".rels"))
    extent = _Extent(limits) if _SHEET.fullmatch(part.filename) else None
    size, tail = 0, b""
    for chunk in _unpacked(raw, part):
        if xml:
            _check_markup(tail + chunk, start=size == 0)
        size += len(chunk)
        _check_size(before + size, packed, limits)
        if extent is not None:
            extent.add(tail + chunk)
        tail = chunk[-_OVERLAP:]
    return size


def _check_size(unpacked: int, packed: int, limits: Limits) -> None:
    if unpacked > limits.xlsx_bytes:
        raise SpreadsheetRefused(Refusal.TOO_MANY_BYTES, limits.xlsx_bytes)
    if unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * packed:
        raise SpreadsheetRefused(Refusal.TOO_COMPRESSED, limits.ratio)


def _unpacked(raw: BinaryIO, part: zipfile.ZipInfo) -> _Chunks:
    raw.seek(part.header_offset)
    header = raw.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER:
        raise EOFError
    name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
    raw.seek(part.header_offset + _LOCAL_HEADER + name + extra)
    return _Chunks(raw, part)


class _Chunks:
    """The unpacked chunks of a part, whatever size its header claims."""

    def __init__(self, raw: BinaryIO, part: zipfile.ZipInfo) -> None:
        self._raw, self._left = raw, part.compress_size
        self._inflate = zlib.decompressobj(wbits=-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
        self._rest = b""

    def __iter__(self) -> _Chunks:
        return self

    def __next__(self) -> bytes:
        while True:
            if not self._rest:
                if not self._left or (self._inflate is not None and self._inflate.eof):
                    raise StopIteration
                self._rest = self._raw.read(min(_CHUNK, self._left))
                if not self._rest:
                    raise EOFError
                self._left -= len(self._rest)
            if self._inflate is None:
                data, self._rest = self._rest, b""
            else:
                data = self._inflate.decompress(self._rest, _CHUNK)
                self._rest = self._inflate.unconsumed_tail
            if data:
                return data


def _check_markup(text: bytes, *, start: bool) -> None:
    # XML in UTF-16 would hide from the byte patterns below; no program writes it.
    if (start and text.startswith(_WIDE_MARKS)) or _FORBIDDEN.search(text) or _ESCAPED_REFERENCE.search(text):
        raise SpreadsheetRefused(Refusal.ENTITIES)


class _Extent:
    """The rectangle the cells of a sheet span, grown chunk by chunk."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._columns: set[bytes] = set()
        self._last_row = self._last_column = 0

    def add(self, text: bytes) -> None:
        """Take in the cell references of a chunk. Raises SpreadsheetRefused when the span is too large."""
        found = _REFERENCE.findall(text)
        if not found:
            return
        rows = {row for _, row in found}
        for column in {column for column, _ in found} - self._columns:
            self._columns.add(column)
            self._last_column = max(self._last_column, _column_number(column))
        self._last_row = max(self._last_row, max(map(int, rows)))
        limits = self._limits
        if self._last_column > limits.columns:
            raise SpreadsheetRefused(Refusal.TOO_MANY_COLUMNS, limits.columns)
        if self._last_row > limits.rows:
            raise SpreadsheetRefused(Refusal.TOO_MANY_ROWS, limits.rows)
        if self._last_row * self._last_column > limits.xlsx_cells:
            raise SpreadsheetRefused(Refusal.TOO_MANY_CELLS, limits.xlsx_cells)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
