"""Checks of official identifiers."""

from __future__ import annotations

import re

_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(17))
_CREDIT_FORM = re.compile(rf"[1-9A-HJ-NPQRTUWXY][{_CREDIT_SIGNS}]\d{{6}}[{_CREDIT_SIGNS}]{{10}}", re.ASCII)


def credit_code(text: str) -> str | None:
    """Return a Chinese unified social credit code (统一社会信用代码) in normal form, or None if wrong.

    Eighteen signs without I, O, S, V, Z; the last one is the checksum modulo 31 of GB 32100-2015.
    """
    code = "".join(text.split()).upper()
    if not _CREDIT_FORM.fullmatch(code):
        return None
    total = sum(_CREDIT_SIGNS.index(sign) * weight for sign, weight in zip(code, _CREDIT_WEIGHTS, strict=False))
    return code if _CREDIT_SIGNS[-total % 31] == code[17] else None


def is_credit_shaped(text: str) -> bool:
    """Tell whether a text is meant as a unified social credit code: eighteen signs behind an authority of China."""
    code = "".join(text.split()).upper()
    return len(code) == 18 and code.isalnum() and code[0] in "159Y"
