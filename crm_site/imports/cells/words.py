"""Cells that hold words, codes and choices."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crm_site.imports.cells.reading import CellError, Reader
from crm_site.lib.spreadsheets import undo_defusing
from crm_site.lib.text import clean_text

# A cell that a spreadsheet would calculate: a formula, or a function call behind a sign.
_FORMULA = re.compile(r"\s*(=|[+\-@]\s*[A-Za-z_.]+\s*[(!|])")
_PARTED = re.compile(r"\s:::\s|[;,、\n]")
_YES = ("yes", "true", "1", "y", "on", "x", "ja", "oui", "sí", "si", "是", "真")
_NO = ("no", "false", "0", "n", "off", "nein", "non", "否", "假")


def text(max_length: int = 200, *, multiline: bool = False, formulas: bool = False) -> Reader:
    """Read words; refuse texts longer than `max_length`, and formulas unless they may stand as text.

    Lines are kept apart only if `multiline`.
    """

    def read(cell: str) -> str | None:
        if cell.isalnum() and len(cell) <= max_length and cell.isascii():
            return cell
        if not formulas:
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


def person() -> Reader:
    """Read a colleague's name or mail address, without case; who that is, the loading finds out."""
    words = text(254)

    def read(cell: str) -> str | None:
        name = words(cell)
        return name.casefold() if name else None

    return read


def choice(words: Mapping[str, str]) -> Reader:
    """Read one of `words`, without case; the values are the stored codes."""
    folded = {word.casefold(): value for word, value in words.items()}
    folded |= {value.casefold(): value for value in words.values()}

    def read(cell: str) -> str | None:
        word = cell.strip().casefold()
        if not word:
            return None
        if word not in folded:
            raise CellError("choice", choices=", ".join(sorted(set(folded.values()))))
        return folded[word]

    return read


def choices(words: Mapping[str, str]) -> Reader:
    """Read several of `words`, parted by commas or semicolons; the normal form is an array of stored codes."""
    one = choice(words)

    def read(cell: str) -> str | None:
        found = dict.fromkeys(code for part in _PARTED.split(cell) if (code := one(part)))
        return "{" + ",".join(f'"{code}"' for code in found) + "}" if found else None

    return read


def flag() -> Reader:
    """Read yes or no in the languages of our files."""
    return choice(dict.fromkeys(_YES, "true") | dict.fromkeys(_NO, "false"))
