"""Cells that hold numbers."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from crm_site.imports.cells.reading import CellError, FileReader, Reader
from crm_site.imports.habits import Habits

# Thousands stand in threes (in twos further left, as in India), or the cell is no number: 1.2.3,4 is a version.
_POINT = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?\.?")
_COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{2,3})*\.[0-9]{3}|[0-9]*)(?:,[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_AROUND = re.compile(r"^[¥￥€$£₹\s]+|[¥￥€$£₹元%\s]+$|^[A-Z]{3}\s|\s[A-Z]{3}$")
LONGEST = 60
_BLANKS = re.compile(r"(?<=[0-9])[\s'’](?=[0-9]{3}(?![0-9]))")


def decimal(places: int, digits: int = 14) -> FileReader:
    """Read a number as the file writes it, with its thousands separators; refuse more than it can keep."""
    bound = Decimal(10) ** (digits - places)
    step = Decimal(1).scaleb(-places)

    def within(habits: Habits) -> Reader:
        comma = habits.decimal == ","

        def read(cell: str) -> str | None:
            cell = cell.strip()
            if not cell:
                return None
            try:
                value = Decimal(plain_number(cell, comma=comma))
            except InvalidOperation as error:
                raise CellError("number") from error
            if not value.is_finite() or abs(value) >= bound:
                raise CellError("number_range")
            return str(value.quantize(step))

        return read

    return FileReader(within)


def plain_number(cell: str, *, comma: bool) -> str:
    """Return a written number with a decimal point and nothing else; text that is none comes back unread.

    `comma` says which of two readings of 1.234 is meant: in a file with decimal commas it is a thousand.
    """
    if cell.isascii() and cell.isdecimal():
        return cell
    if len(cell) > LONGEST:
        return "no number"
    number = _BLANKS.sub("", _AROUND.sub("", cell)).strip()
    if number.startswith("(") and number.endswith(")"):
        number = f"-{number[1:-1]}"  # as bookkeepers write what is owed
    styles = (_COMMA, _POINT) if comma else (_POINT, _COMMA)
    for style in styles:
        if number and style.fullmatch(number):
            if style is _COMMA:
                return number.replace(".", "").replace(",", ".")
            return number.replace(",", "").rstrip(".")
    return "no number"


def integer(low: int, high: int) -> Reader:
    """Read a whole number between `low` and `high`."""

    def read(cell: str) -> str | None:
        cell = cell.strip().removesuffix(".0")
        if not cell:
            return None
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", cell):
            raise CellError("whole_number")
        if not low <= int(cell) <= high:
            raise CellError("between", low=low, high=high)
        return str(int(cell))

    return read
