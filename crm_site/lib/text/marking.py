"""Where in a text a query was found: as written, folded, as digits of a number, or in pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crm_site.lib.text.folding import IDEOGRAPHS, fold
from crm_site.lib.text.romanising import readings
from crm_site.lib.text.searching import typed_digits, typed_pieces

Parts = list[tuple[str, bool]]
_RUN = re.compile(f"[{IDEOGRAPHS}]+")
_SHORTEST_INSIDE = 3


def marked(text: str, query: str) -> Parts:
    """Split a text into parts, each with whether the query was found there."""
    hit = [False] * len(text)
    for place in _places(text, query):
        hit[place] = True
    parts: Parts = []
    for sign, found in zip(text, hit, strict=True):
        if parts and parts[-1][1] == found:
            parts[-1] = (parts[-1][0] + sign, found)
        else:
            parts.append((sign, found))
    return parts


def _places(text: str, query: str) -> Iterator[int]:
    digits = typed_digits(query)
    if digits:
        yield from _inside([(sign, at) for at, sign in enumerate(text) if sign.isdigit()], digits, anywhere=True)
        return
    pieces = typed_pieces(query)
    # Folding may make several letters of one, or none.
    letters = [(letter, at) for at, sign in enumerate(text) for letter in fold(sign)]
    missed = []
    for piece in pieces:
        found = list(_inside(letters, piece, anywhere=len(piece) >= _SHORTEST_INSIDE or not piece.isascii()))
        yield from found
        if not found and piece.isascii():
            missed.append(piece)
    if missed:
        yield from _read_aloud(text, missed)


def _inside(letters: list[tuple[str, int]], piece: str, *, anywhere: bool) -> Iterator[int]:
    """Yield where the piece begins a word; where it begins none, all places it stands in."""
    line = "".join(letter for letter, _at in letters)
    starts = [found.start() for found in re.finditer(re.escape(piece), line)]
    beginnings = [start for start in starts if start == 0 or not line[start - 1].isalnum()]
    for start in beginnings or (starts if anywhere else []):
        for _letter, at in letters[start : start + len(piece)]:
            yield at


def _read_aloud(text: str, pieces: list[str]) -> Iterator[int]:
    """Yield the characters whose pinyin or initials were typed."""
    joined = "".join(pieces)
    for run in _RUN.finditer(text):
        for syllables in readings(run[0]):
            plain = [syllable[:-1] if syllable[-1].isdigit() else "" for syllable in syllables]
            for letters in (plain, [syllable[:1] for syllable in plain]):
                found = _covered(letters, joined) or {at for piece in pieces for at in _covered(letters, piece)}
                yield from (run.start() + at for at in found)


def _covered(syllables: list[str], typed: str) -> set[int]:
    """Return the syllables that what was typed runs over, beginning with a whole one."""
    for first in range(len(syllables)):
        rest = "".join(syllables[first:])
        if rest.startswith(typed):
            length, covered = 0, set()
            for place in range(first, len(syllables)):
                if length >= len(typed):
                    break
                covered.add(place)
                length += len(syllables[place])
            return covered
    return set()
