"""Sort keys: strings whose code point order is the order a reader expects."""

from __future__ import annotations

import re

from crm_site.lib.text.cleaning import clean_text
from crm_site.lib.text.folding import IDEOGRAPHS, fold
from crm_site.lib.text.romanising import readings

SORT_KEY_LENGTH = 160
_RUNS = re.compile(f"[{IDEOGRAPHS}]+|[^{IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(f"[{IDEOGRAPHS}]")
_SEPARATORS = re.compile(r"[\W_]+")


def sort_key(name: str) -> str:
    """Return a key of at most 160 characters that sorts a name under the C.UTF-8 collation.

    Latin is folded (accents and case do not matter, punctuation is a blank). Chinese sorts by pinyin,
    tone, then character, one character after the other, so that all 张 stand before 章.
    """
    if name.isascii():
        return " ".join(_SEPARATORS.sub(" ", name.lower()).split())[:SORT_KEY_LENGTH]
    words: list[str] = []
    for run in _RUNS.findall(fold(clean_text(name))):
        if _IDEOGRAPH.match(run):
            words.extend(
                syllable if syllable == sign else syllable + sign
                for syllable, sign in zip(readings(run)[0], run, strict=True)
            )
        else:
            words.extend(_SEPARATORS.sub(" ", run).split())
    return " ".join(words)[:SORT_KEY_LENGTH]
