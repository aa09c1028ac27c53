"""Texts that stand in two languages."""

from __future__ import annotations

from django.utils import translation

CHINESE, ENGLISH = "zh-hans", "en"


def worded(english: str, chinese: str) -> str:
    """Return the text in the active language, or in the other one where it is missing there."""
    zh = (translation.get_language() or "").startswith("zh")
    return (chinese or english) if zh else (english or chinese)


def language_named(text: str) -> str:
    """Return the language that `?lang=` names in any of its usual spellings; empty for another one."""
    plain = text.strip().lower().replace("_", "-")
    if plain in ("zh", "cn", "zh-cn", "zh-sg", "zh-hans", "zh-hans-cn"):
        return CHINESE
    return ENGLISH if plain == "en" or plain.startswith("en-") else ""
