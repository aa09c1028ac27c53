"""Cell types: each reads the text of one cell and returns its normal form, or says why it cannot.

Normal forms are texts that PostgreSQL casts without failing; an empty cell is None.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from crm_site.lib.days import organisation_zone
from crm_site.lib.phones import to_e164
from crm_site.lib.spreadsheets import undo_defusing
from crm_site.lib.text import clean_text

Reader = Callable[[str], str | None]

# A cell that a spreadsheet would calculate: a formula, or a function call behind a sign.
_FORMULA = re.compile(r"\s*(=|[+\-@]\s*[A-Za-z_.]+\s*[(!|])")
_ISO = re.compile(r"\d{4}-\d\d?-\d\d?(?:[ T]\d\d?:\d\d(?::\d\d(?:\.\d{1,6})?)?)?(?:Z|[+-]\d\d:?\d\d)?$")
_DATE_FORMATS = ("%Y/%m/%d", "%d.%m.%Y", "%Y年%m月%d日", "%Y%m%d")
_TIME_FORMATS = ("", " %H:%M:%S", " %H:%M")


class CellError(ValueError):
    """A cell cannot be read; `code` and `params` make the sentence in `messages`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def text(max_length: int = 200, *, multiline: bool = False) -> Reader:
    """Read words; refuse formulas and texts longer than `max_length`. Lines are kept apart only if `multiline`."""

    def read(cell: str) -> str | None:
        cell = undo_defusing(cell)
        if _FORMULA.match(cell):
            raise CellError("formula")
        words = clean_text(cell, multiline=multiline).strip()
        if len(words) > max_length:
            raise CellError("too_long", limit=max_length)
        return words or None

    return read


def code(max_length: int = 64) -> Reader:
    """Read a key, with its case; a whole number that a spreadsheet wrote as 17850.0 is 17850."""
    words = text(max_length)

    def read(cell: str) -> str | None:
        key = words(cell)
        if key and key.endswith(".0") and key[:-2].isdigit():
            return key[:-2]
        return key

    return read


def decimal(places: int, digits: int = 14) -> Reader:
    """Read a number with a decimal point or comma and thousands separators; refuse more than it can keep."""
    bound = Decimal(10) ** (digits - places)
    step = Decimal(1).scaleb(-places)

    def read(cell: str) -> str | None:
        cell = cell.strip()
        if not cell:
            return None
        try:
            value = Decimal(_plain_number(cell))
        except InvalidOperation as error:
            raise CellError("number") from error
        if not value.is_finite() or abs(value) >= bound:
            raise CellError("number_range")
        return str(value.quantize(step))

    return read


def _plain_number(cell: str) -> str:
    number = cell.strip("¥€$£ ").replace(" ", "").replace(" ", "").replace("'", "")
    comma, point = number.rfind(","), number.rfind(".")
    if comma > point and (point >= 0 or len(number) - comma != 4):
        return number.replace(".", "").replace(",", ".")  # 1.234,56 and 12,5
    return number.replace(",", "")  # 1,234.56 and 1,234


def integer(low: int, high: int) -> Reader:
    """Read a whole number between `low` and `high`."""

    def read(cell: str) -> str | None:
        cell = cell.strip().removesuffix(".0")
        if not cell:
            return None
        if not re.fullmatch(r"[+-]?\d{1,9}", cell):
            raise CellError("whole_number")
        if not low <= int(cell) <= high:
            raise CellError("between", low=low, high=high)
        return str(int(cell))

    return read


def moment() -> Reader:
    """Read a date or a time stamp; without a zone it is in the organisation's. Normal form: ISO with offset."""
    zone = organisation_zone()

    def read(cell: str) -> str | None:
        cell = cell.strip()
        if not cell:
            return None
        value = _parse_moment(cell)
        if not 1900 <= value.year <= 2200:
            raise CellError("date_range")
        return (value if value.tzinfo else value.replace(tzinfo=zone)).isoformat()

    return read


def date() -> Reader:
    """Read a calendar day. Normal form: YYYY-MM-DD."""

    def read(cell: str) -> str | None:
        cell = cell.strip()
        if not cell:
            return None
        value = _parse_moment(cell)
        if not 1850 <= value.year <= 2200:
            raise CellError("date_range")
        return value.date().isoformat()

    return read


def _parse_moment(cell: str) -> dt.datetime:
    if _ISO.match(cell):
        try:
            return dt.datetime.fromisoformat(cell)
        except ValueError:
            pass
    for day in _DATE_FORMATS:
        for time in _TIME_FORMATS:
            try:
                return dt.datetime.strptime(cell, day + time)  # noqa: DTZ007 - the caller sets the zone
            except ValueError:
                continue
    raise CellError("date")


def email() -> Reader:
    """Read a mail address, in lower case."""

    def read(cell: str) -> str | None:
        address = clean_text(cell).strip().lower()
        if not address:
            return None
        try:
            validate_email(address)
        except ValidationError as error:
            raise CellError("email") from error
        return address

    return read


def phone() -> Reader:
    """Read a phone number as E.164."""

    def read(cell: str) -> str | None:
        typed = clean_text(undo_defusing(cell)).strip()
        if not typed:
            return None
        number = to_e164(typed, settings.DEFAULT_PHONE_REGION)
        if number is None:
            raise CellError("phone")
        return number

    return read


def url() -> Reader:
    """Read a web address; https is added where the scheme is missing."""
    check = URLValidator(schemes=("http", "https"))

    def read(cell: str) -> str | None:
        address = clean_text(cell).strip()
        if not address:
            return None
        if "://" not in address:
            address = f"https://{address}"
        try:
            check(address)
        except ValidationError as error:
            raise CellError("url") from error
        return address[:200]

    return read


def choice(words: Mapping[str, str]) -> Reader:
    """Read one of `words`, without case; the values are the stored codes."""
    folded = {word.casefold(): value for word, value in words.items()}

    def read(cell: str) -> str | None:
        word = cell.strip().casefold()
        if not word:
            return None
        if word not in folded:
            raise CellError("choice", choices=", ".join(sorted(set(folded.values()))))
        return folded[word]

    return read
