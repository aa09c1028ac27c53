"""How well a record or a label fits what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from crm_site.lib.text import fold, is_near

if TYPE_CHECKING:
    from crm_site.pages.palette.asking import Asked

# From so many digits on, the end of a telephone number is a whole one without its country.
_WHOLE_PHONE = 9
_SEPARATORS = re.compile(r"[\W_]+")
_NOT_OF_A_NAME = re.compile(r"[\d@]")


class Rank(IntEnum):
    """From the best to the loosest."""

    EXACT = 0
    """The number, mail address, phone or reference as typed."""
    NAME = 1
    """The whole name."""
    BEGINNING = 2
    """Words of the name, or its pinyin, begin with what was typed."""
    WORD = 3
    """Words of anything else it is found by do."""
    PART = 4
    """It is somewhere inside."""
    NEAR = 5
    """But for a slip of the finger."""
    RELATED = 6
    """It belongs to a record that was found."""


def rank_of(name: str, words: str, asked: Asked, identifiers: Iterable[str] = ()) -> Rank | None:
    """Return how well a record of that name and search text fits; None when it does not."""
    folded = fold(name)
    if not all(_part(pattern) in words for pattern in asked.patterns):
        return Rank.NEAR if _is_near(words, asked) else None
    if asked.folded in {fold(one) for one in identifiers if one} or _is_address(words, asked):
        return Rank.EXACT
    if folded == asked.folded:
        return Rank.NAME
    if _begins_name(folded, words, asked):
        return Rank.BEGINNING
    if all(_part(pattern) in words for pattern in asked.beginnings):
        return Rank.WORD
    return Rank.PART


def is_whole(words: str, asked: Asked) -> bool:
    """Tell whether what was typed is a whole word, as `zs` is of 张三 and not of 张思德."""
    return bool(asked.joined) and f" {asked.joined} " in words


def _part(pattern: str) -> str:
    """Return what a LIKE pattern of a search looks for."""
    return re.sub(r"\\(.)", r"\1", pattern[1:-1])


def _is_address(words: str, asked: Asked) -> bool:
    if "@" in asked.folded:
        return f" {asked.folded} " in words
    if len(asked.digits) < _WHOLE_PHONE:
        return False
    return any(word.isdigit() and word.endswith(asked.digits) for word in words.split())


def _begins_name(folded: str, words: str, asked: Asked) -> bool:
    line = f" {' '.join(_SEPARATORS.split(folded))}"
    if all(f" {piece}" in line for piece in asked.pieces):
        return True
    if folded.isascii() or not asked.joined:
        return False
    # A search text begins with the name's words, its pinyin among them; numbers and addresses follow.
    spoken = _NOT_OF_A_NAME.split(words, maxsplit=1)[0]
    return f" {asked.joined}" in spoken


def _is_near(words: str, asked: Asked) -> bool:
    """Tell whether each piece stands there, at least one of them but for a slip."""
    known = words.split()
    return bool(asked.near) and all(
        any(word.startswith(piece) or is_near(piece, word) for word in known) for piece in asked.pieces
    )
