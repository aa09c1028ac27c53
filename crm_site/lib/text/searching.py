"""Search tokens: what is stored in a ``search_text`` column, and the LIKE patterns of a typed query.

A stored text is words between single blanks, with a blank at both ends, made for a trigram index:

- folded Latin words, with joined and single parts of O'Brien-Smith;
- digits of telephone numbers;
- pairs of Chinese characters in order, the last one alone (王伟国 is ``王伟 伟国 国``), so that
  two characters, which make no trigram by themselves, become a word ``% 伟国 %`` that does;
- pinyin and its initials.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from crm_site.lib.text.cleaning import clean_text
from crm_site.lib.text.folding import DENSE, fold
from crm_site.lib.text.romanising import chinese_runs, readings

MAX_PART_LENGTH = 400
MAX_QUERY_TERMS = 8
_SHORTEST_SUBSTRING = 3  # below that a trigram index can only answer "starts with"
_SHORTEST_PHONE = 5
_ALWAYS = MAX_PART_LENGTH + 1

_PHONE = re.compile(r"\(?[+(]?[\d][\d\s()./\-]*")
# One plain word, a plain mail address, or a number in E.164: what most parts are.
_QUICK = re.compile(r"[A-Za-z][A-Za-z0-9]*|[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9.-]*[A-Za-z0-9]|\+([1-9][0-9]{5,14})")
_DIGIT = re.compile(r"\d")
_REMEMBERED_LENGTH = 24
_PIECES = re.compile(f"[{DENSE}]+|[^{DENSE}]+")
_DENSE_PIECE = re.compile(f"[{DENSE}]")
_INNER = re.compile(r"[\W_]+")
_EDGES = " !\"#$%&'()*+,-./:;<=>?@[\\]^_{|}~、。，；：？！（）【】《》「」·"
_TRUNK_ZERO = "(0)"


def search_text(parts: Iterable[str | None]) -> str:
    """Return the search column of a record from its names, numbers, addresses and phones, in any order.

    Empty parts are skipped and repeated ones counted once; a record without words gives an empty string.
    """
    words: list[str] = []
    for part in dict.fromkeys(parts):
        if part:
            words.extend(_part_words(part))
    return f" {' '.join(dict.fromkeys(words))} " if words else ""


def _part_words(part: str) -> Iterable[str]:
    """Return the words of one part; a Chinese run is one "word" with blanks inside, to keep its order."""
    if len(part) <= MAX_PART_LENGTH and (quick := _QUICK.fullmatch(part)):
        return (quick[1] or quick[0].lower(),)
    return _name_words(part) if len(part) <= _REMEMBERED_LENGTH and not _DIGIT.search(part) else tuple(_words_of(part))


@lru_cache(maxsize=16384)
def _name_words(part: str) -> tuple[str, ...]:
    """Remember the words of names, which repeat in a file of thousands."""
    return tuple(_words_of(part))


def _words_of(part: str) -> Iterator[str]:
    folded = fold(clean_text(part[:MAX_PART_LENGTH]))
    digits = _phone_digits(folded, _SHORTEST_PHONE)
    if digits:
        yield digits
        if folded.isdigit() and folded != digits:
            yield folded  # not a phone but a padded number: 0000012345
        return
    for piece in _pieces(folded):
        if _DENSE_PIECE.match(piece):
            yield from _dense_words(piece)
        else:
            yield piece
            yield from _inner_words(piece)


def _pieces(folded: str) -> Iterator[str]:
    for word in folded.split():
        if word.isascii():
            piece = word.strip(_EDGES)
            if piece:
                yield piece
            continue
        for run in _PIECES.findall(word):
            piece = run.strip(_EDGES)
            if piece:
                yield piece


def _phone_digits(folded: str, shortest: int) -> str:
    """Return the digits of a text that looks like a telephone number, without trunk and 00 zeros."""
    if not _PHONE.fullmatch(folded):
        return ""
    digits = "".join(sign for sign in folded.replace(_TRUNK_ZERO, "") if sign.isdigit()).lstrip("0")
    return digits if len(digits) >= shortest else ""


def _inner_words(piece: str) -> Iterator[str]:
    """Yield obrien, smith and obriensmith of o'brien-smith; an e-mail address stays whole."""
    if piece.isalnum() or "@" in piece:
        return
    inner = [part for part in _INNER.split(piece) if part]
    if len(inner) > 1:
        yield "".join(inner)
        yield from inner[1:]


def _dense_words(run: str) -> Iterator[str]:
    yield _pairs(run, last=True)
    for chinese in chinese_runs(run):
        for syllables in readings(chinese):
            letters = [syllable[:-1] if syllable[-1].isdigit() else "" for syllable in syllables]
            full = "".join(letters)
            if not full:
                continue
            yield full
            if "v" in full:
                yield full.replace("v", "u")  # lü is typed lv or lu
            if len(letters) > 1:
                yield "".join(letter[:1] for letter in letters)


def _pairs(run: str, *, last: bool) -> str:
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return " ".join([*pairs, run[-1]] if last else pairs)


def search_terms(query: str, *, beginnings: bool = False) -> list[str]:
    r"""Return LIKE patterns (escape character ``\``) of which a record's search text must match every one.

    Words of three and more letters match anywhere, shorter ones the start of a word, as with `beginnings` all
    words do; Chinese characters match as written, one alone anywhere in a name. An empty list means: nothing
    to search for.
    """
    digits = typed_digits(query)
    if digits:
        return [f"%{digits}%"]
    patterns: dict[str, None] = {}
    for piece in typed_pieces(query):
        patterns[_pattern(piece, _ALWAYS if beginnings else _SHORTEST_SUBSTRING)] = None
    return list(patterns)


def typed_pieces(query: str) -> list[str]:
    """Return the folded words and Chinese runs of what was typed, without repetitions."""
    return list(dict.fromkeys(_pieces(fold(clean_text(query[:MAX_PART_LENGTH])))))[:MAX_QUERY_TERMS]


def typed_digits(query: str) -> str:
    """Return the digits of what was typed if it looks like a part of a telephone number, otherwise an empty text."""
    folded = fold(clean_text(query[:MAX_PART_LENGTH]))
    return _phone_digits(folded, _SHORTEST_SUBSTRING if folded[:1] in ("+", "(") else _SHORTEST_PHONE)


def _pattern(piece: str, anywhere_from: int) -> str:
    if _DENSE_PIECE.match(piece):
        # Words of a stored run follow one another, so a longer query is one phrase of pairs.
        return f"% {piece}%" if len(piece) == 1 else f"% {_pairs(piece, last=False)} %"
    escaped = escape_like(piece)
    return f"%{escaped}%" if len(piece) >= anywhere_from else f"% {escaped}%"


def escape_like(text: str) -> str:
    r"""Return the text with LIKE's own characters (``\ % _``) made literal."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
