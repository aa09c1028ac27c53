"""Cleaning of text from outside, before it is stored."""

from __future__ import annotations

import re
import unicodedata

# Controls, lone surrogates (PostgreSQL refuses them), zero-width and direction marks, byte order mark.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Return the text in NFC without NUL, control and zero-width characters and outer white space.

    A one-line text has every run of white space as one blank; ``multiline`` keeps line feeds and blanks.
    """
    if not (text.isascii() and text.isprintable()):
        text = _BREAKS.sub("\n", text)
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return text.strip() if multiline else " ".join(text.split())
