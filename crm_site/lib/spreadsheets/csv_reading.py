"""Streaming reader of delimited text: constant memory, true line numbers, one report per bad row."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

from crm_site.lib.spreadsheets.limits import Limits
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowFault, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.sniffing import Layout, guess_encoding, guess_layout, marked_encoding
from crm_site.lib.spreadsheets.unpacking import open_unpacked

_SAMPLE = 256 * 1024
_SCANNED = 64 * 1024 * 1024
_LAYOUT_SAMPLE = 64 * 1024
_LONGEST_CHARACTER = 4
# Codecs that read more than the name says: with or without a mark, and cp1252 signs further down.
_CODECS = {"utf-8": "utf-8-sig", "iso-8859-1": "cp1252"}


class _Lines:
    """Physical lines of a stream, remembering those of the row in work so that it can be read again."""

    def __init__(self, stream: io.TextIOBase, limits: Limits) -> None:
        self._next_line = iter(partial(stream.readline, limits.line_length + 1), "")
        self._longest = limits.line_length
        self._again: list[str] = []
        self.pending: list[str] = []

    def __iter__(self) -> Iterator[str]:
        longest = self._longest
        while self._again:
            line = self._again.pop()
            self.pending.append(line)
            yield line
        for line in self._next_line:
            if len(line) > longest:
                raise SpreadsheetRefused(Refusal.LINE_TOO_LONG, longest)
            self.pending.append(line)
            yield line

    def give_back(self, lines: list[str]) -> None:
        """Hand out these lines once more, before the rest of the stream."""
        self._again.extend(reversed(lines))


def _bad_text(lines: list[str]) -> RowFault | None:
    """Return why the raw lines of a row cannot be stored: a NUL, or bytes the encoding does not know."""
    for line in lines:
        if "\0" in line:
            return RowFault.NUL
        if not line.isascii():
            try:
                line.encode("utf-8")
            except UnicodeEncodeError:
                return RowFault.ENCODING
    return None


def _rows(lines: _Lines, layout: Layout, first: int, limits: Limits) -> Iterator[Row | RowProblem]:
    """Yield the rows below the header, which begin on physical line ``first``."""
    pending, width, longest = lines.pending, len(layout.header), limits.cell_length
    line, rows, broken = first, 0, 0
    while True:
        try:
            for cells in csv.reader(iter(lines), delimiter=layout.delimiter, strict=True):
                start, line = line, line + len(pending)
                if not any(cells):
                    pending.clear()
                    continue
                raw = pending[0]
                plain = len(cells) == width and len(pending) == 1 and raw.isascii() and "\0" not in raw
                fault = None if plain and len(raw) <= longest else _fault(cells, pending, width, longest)
                pending.clear()
                rows += 1
                if rows > limits.rows:
                    raise SpreadsheetRefused(Refusal.TOO_MANY_ROWS, limits.rows)
                yield Row(start, cells) if fault is None else RowProblem(start, fault, _excerpt(cells))
            return
        except csv.Error as error:
            broken += 1
            if broken > limits.broken_quotes:
                raise SpreadsheetRefused(Refusal.QUOTES, limits.broken_quotes) from None
            too_long = len(pending) == 1 and "field limit" in str(error)
            yield RowProblem(line, RowFault.CELL_TOO_LONG if too_long else RowFault.QUOTES, _excerpt(pending[:1]))
            # Only the row with the broken quote is lost: the lines it swallowed are read again.
            lines.give_back(pending[1:])
            pending.clear()
            line += 1


def _fault(cells: list[str], raw: list[str], width: int, longest: int) -> RowFault | None:
    """Return why a row is left out, if it is; empty cells beyond the header are dropped without a word."""
    unreadable = _bad_text(raw)
    if unreadable:
        return unreadable
    if len(cells) < width:
        return RowFault.TOO_FEW_CELLS
    if any(cells[width:]):
        return RowFault.TOO_MANY_CELLS
    del cells[width:]
    return RowFault.CELL_TOO_LONG if max(map(len, cells)) > longest else None


def _excerpt(cells: list[str]) -> tuple[str, ...]:
    return tuple(cell[:200].replace("\0", "").encode("utf-8", "replace").decode() for cell in cells[:50])


def sample_encoding(path: Path, limits: Limits) -> str:
    """Guess the encoding from the first bytes beyond ASCII, looked for in the first 64 MiB.

    A file that is ASCII that far is UTF-8 to us; a later row in another encoding is reported.
    """
    with open_unpacked(path, limits) as stream:
        sample = stream.read(_SAMPLE)
        scanned = len(sample)
        if marked_encoding(sample) is None:
            while scanned < _SCANNED and sample.isascii() and b"\0" not in sample:
                more = stream.read(_SAMPLE)
                if not more:
                    return "utf-8"
                scanned += len(more)
                sample = sample[-_LONGEST_CHARACTER:] + more
        return guess_encoding(_from_line_start(sample, scanned), complete=len(sample) < _SAMPLE)


def _from_line_start(sample: bytes, scanned: int) -> bytes:
    """Cut a sample from the midst of a file to whole lines, so that no character is cut."""
    return sample if scanned <= _SAMPLE else sample[sample.find(b"\n") + 1 :]


def read_csv(
    path: Path, limits: Limits, encoding: str | None, delimiter: str | None, header_line: int | None = None
) -> tuple[Layout, str, Generator[Row | RowProblem, None, None]]:
    """Return layout, encoding and the lazily read rows. Raises SpreadsheetRefused for an unreadable file."""
    encoding = encoding or sample_encoding(path, limits)
    with open_unpacked(path, limits) as stream, open_text(stream, encoding) as text:
        try:
            layout = guess_layout(text.read(_LAYOUT_SAMPLE), delimiter, header_line)
        except UnicodeError as error:
            raise SpreadsheetRefused(Refusal.ENCODING) from error
    if layout is None:
        raise SpreadsheetRefused(Refusal.EMPTY)
    if len(layout.header) > limits.columns:
        raise SpreadsheetRefused(Refusal.TOO_MANY_COLUMNS, limits.columns)
    return layout, encoding, _body(path, encoding, layout, limits)


def open_text(stream: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    """Open the bytes as text behind the byte order mark, with line ends as they are."""
    if encoding == "gb18030" and marked_encoding(stream.peek(4)[:4]) == encoding:
        stream.read(4)
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return io.TextIOWrapper(stream, _CODECS.get(encoding, encoding), errors, newline="")


def _body(path: Path, encoding: str, layout: Layout, limits: Limits) -> Generator[Row | RowProblem, None, None]:
    with open_unpacked(path, limits) as stream, open_text(stream, encoding) as text:
        lines = _Lines(text, limits)
        try:
            reader = csv.reader(iter(lines), delimiter=layout.delimiter)
            above = 0
            while above < layout.header_line:  # title lines, then the header itself, which may span lines
                next(reader)
                above += len(lines.pending)
                lines.pending.clear()
            yield from _rows(lines, layout, above + 1, limits)
        except UnicodeError as error:
            raise SpreadsheetRefused(Refusal.ENCODING) from error
