"""Folding of writing variants, so that Müller, MULLER and Ｍüller are one word."""

from __future__ import annotations

import re
import unicodedata

# Letters that carry no combining mark to strip, and typographic punctuation.
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
        "‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-",
    }
)  # fmt: skip
_MARKS = re.compile("[\u0300-\u036f]")

# Scripts written without blanks or in syllable blocks: searched by pairs of characters.
IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
DENSE = f"{IDEOGRAPHS}\u3005\u3041-\u3096\u309d-\u30fa\u30fc-\u30ff\uac00-\ud7a3"


def fold(text: str) -> str:
    """Return the text case-folded, without accents, with full-width forms and punctuation made plain."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return unicodedata.normalize("NFC", _MARKS.sub("", plain))
