"""Cells that hold addresses at which somebody is reached."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from crm_site.imports.cells.reading import CellError, FileReader, Reader
from crm_site.imports.habits import Habits
from crm_site.lib.phones import to_e164
from crm_site.lib.spreadsheets import undo_defusing
from crm_site.lib.text import clean_text

# What nobody doubts, told quickly; anything else is for the thorough check.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_][a-z0-9_+-]*(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.)+[a-z]{2,24}", re.IGNORECASE
)
_NAMED_ADDRESS = re.compile(r'(?:mailto:|[^<>"]*"?[^<>"]*"?\s*<)([^<>\s]+@[^<>\s]+)>?$', re.IGNORECASE)
LONGEST_ADDRESS = 320
_TELEPHONE_URI = re.compile(r"tel:", re.IGNORECASE)


def email() -> Reader:
    """Read a mail address, in lower case; of `Ann <ann@example.com>` the address."""

    def read(cell: str) -> str | None:
        if len(cell) < 100 and _PLAIN_ADDRESS.fullmatch(cell):
            return cell.lower()
        address = clean_text(cell).strip().lower()
        if not address:
            return None
        if len(address) > LONGEST_ADDRESS:
            raise CellError("email")
        named = _NAMED_ADDRESS.match(address)
        if named:
            address = named[1]
        try:
            validate_email(address)
        except ValidationError as error:
            raise CellError("email") from error
        return address

    return read


def phone() -> FileReader:
    """Read a phone number as E.164; the file's habits say in which country numbers without one are."""

    def within(habits: Habits) -> Reader:
        region = habits.phone_region or settings.DEFAULT_PHONE_REGION

        def read(cell: str) -> str | None:
            typed = _TELEPHONE_URI.sub("", clean_text(undo_defusing(cell))).partition(";")[0].strip()
            if not typed:
                return None
            number = to_e164(typed, region)
            if number is None:
                raise CellError("phone")
            return number

        return read

    return FileReader(within)


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
