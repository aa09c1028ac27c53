"""Guessing of encoding, delimiter and header line from the beginning of a file."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crm_site.lib.text import clean_text

DELIMITERS = ",;\t|"
_SNIFFED_ROWS = 60
_COMMON_PAIRS_SHARE = 0.7
_WIDE_CONTROL_SHARE = 0.03
_GOOD_PER_BROKEN = 4

_ONLY_CP1252 = re.compile(rb"[\x80-\x9f]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file holds its table: ``header_line`` is the physical line of the header, from 1."""

    delimiter: str
    header: tuple[str, ...]
    header_line: int


def marked_encoding(sample: bytes) -> str | None:
    """Return the encoding a byte order mark at the start tells, or None."""
    return next((encoding for mark, encoding in _MARKS if sample.startswith(mark)), None)


def guess_encoding(sample: bytes, *, complete: bool = True) -> str:
    """Return the encoding of the bytes at the start of a file.

    One of utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, gb18030, cp1252, or iso-8859-1 for a text
    that has no character in which the last two differ.
    ``complete`` says that the sample is the whole file, so a character cut at its end is an error.
    """
    marked = marked_encoding(sample)
    if marked:
        return marked
    wide = _wide_encoding(sample)
    if wide:
        return wide
    if _decodes(sample, "utf-8", complete) or _mostly_utf8(sample):
        return "utf-8"
    if _decodes(sample, "gb18030", complete) and _looks_chinese(sample):
        return "gb18030"
    return "cp1252" if _ONLY_CP1252.search(sample) else "iso-8859-1"


def _decodes(sample: bytes, encoding: str, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample, complete)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """Return whether a few broken rows stand in a UTF-8 text: cp1252 hardly ever makes valid sequences."""
    text = sample.decode("utf-8", "surrogateescape")
    broken = sum(1 for sign in text if "\udc80" <= sign <= "\udcff")
    foreign = sum(1 for sign in text if sign > "\x7f") - broken
    return foreign >= _GOOD_PER_BROKEN * broken


def _wide_encoding(sample: bytes) -> str | None:
    """Return the UTF-16 in which more separators, digits and common letters appear, or None.

    UTF-16 is full of bytes below the blank (every ASCII sign has a NUL, one Chinese character in eight a
    low byte); a file of one-byte signs has a stray NUL at most.
    """
    if b"\x00" not in sample or len(_CONTROL.findall(sample)) < _WIDE_CONTROL_SHARE * len(sample):
        return None
    even = sample[: len(sample) // 2 * 2]
    score = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = even.decode(encoding, "replace")
        plain = sum(text.count(sign) for sign in '\n\r,;\t| 0123456789eainrst"')
        score[encoding] = 0 if "\ufffd" in text[:-1] else plain
    best = max(score, key=lambda encoding: score[encoding])
    return best if score[best] else None


def _looks_chinese(sample: bytes) -> bool:
    """Return whether most double bytes lie in GB 2312's plane of common characters and punctuation.

    In cp1252 an accented letter is followed by an ASCII one, which GB 2312 never uses as second byte.
    """
    common = other = 0
    at, end = 0, len(sample) - 1
    while at < end:
        lead, trail = sample[at], sample[at + 1]
        if lead < 0x80:
            at += 1
            continue
        if (0xB0 <= lead <= 0xF7 or 0xA1 <= lead <= 0xA9) and trail >= 0xA1:
            common += 1
        else:
            other += 1
        at += 2
    return common > 0 and common >= _COMMON_PAIRS_SHARE * (common + other)


def guess_layout(text: str, delimiter: str | None = None, header_line: int | None = None) -> Layout | None:
    """Return delimiter and header of a text's beginning; None when it holds no row.

    A given `header_line` is where the header stands, or the first row below it that is not blank.

    An Excel line ``sep=;`` decides the delimiter. Blank lines and title lines above the header (fewer
    cells than the table below) are passed over.
    """
    skipped = 0
    first, _, rest = text.partition("\n")
    if first[:4].lower() == "sep=" and len(first.rstrip("\r")) == 5:
        delimiter, text, skipped = delimiter or first[4], rest, 1
    candidates = [delimiter] if delimiter else list(DELIMITERS)
    best: tuple[float, Layout] | None = None
    for candidate in candidates:
        rows = _sample_rows(text, candidate)
        if not rows:
            continue
        quality, header_at = _quality([cells for _, cells in rows])
        if header_line is not None:
            below = (at for at, (line, _cells) in enumerate(rows) if line + skipped >= header_line)
            header_at = next(below, len(rows) - 1)
        line, cells = rows[header_at]
        if best is None or quality > best[0]:
            best = quality, Layout(candidate, _trimmed(cells), line + skipped)
    return best[1] if best else None


def _trimmed(header: list[str]) -> tuple[str, ...]:
    """Return the header's cells, cleaned, without empty ones at the end."""
    cells = [clean_text(cell) for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _sample_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return (first line, cells) of the rows at the start that are not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)  # physical lines, as when reading
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
            if len(rows) >= _SNIFFED_ROWS:
                break
    except csv.Error:
        pass  # a broken row ends the sample; reading reports it
    return rows


def _quality(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """Return how table-like the rows are (share as wide as most, then width) and the header's index."""
    widths = Counter(len(row) for row in rows)
    width = max(widths, key=lambda width: (widths[width] * (width > 1), widths[width], width))
    share = widths[width] / len(rows)
    header_at = 0
    for index, row in enumerate(rows):
        filled = sum(1 for cell in row if cell.strip())
        if len(row) >= width and 2 * filled > width:
            header_at = index
            break
    return (0.0 if width == 1 else share + min(width, 50) / 1000), header_at
