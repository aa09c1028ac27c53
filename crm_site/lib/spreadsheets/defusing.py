"""Formula injection: text that a spreadsheet program would run as a formula is made harmless."""

from __future__ import annotations

import re

# White space, control, invisible and direction characters: some programs skip them before a formula.
_SKIPPED = (
    "\\s\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180e\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e01ef"
    "\u0600-\u0605\u06dd\u070f\u0890-\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a"
)
_TRIGGERS = "=+\\-@＝＋－＠﹢﹣﹦﹫−⁺⁻"
_DANGEROUS = re.compile(f"(?:[{_SKIPPED}]*[{_TRIGGERS}])|[\t\r\n\x0b\x0c\x00]")
_DEFUSED = re.compile(f"'(?=(?:[{_SKIPPED}]*[{_TRIGGERS}])|[\t\r\n\x0b\x0c\x00])")


def defuse(text: str) -> str:
    """Return the text with an apostrophe before it when a spreadsheet might read it as a formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def undo_defusing(text: str) -> str:
    """Return the text as it was before ``defuse``, so that an exported file imports unchanged."""
    return text[1:] if _DEFUSED.match(text) else text
