"""How each thing that happened reads on a timeline, where it leads, and what erasure does to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from crm_site.lib.money import format_money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Eraser(StrEnum):
    """What to do with an entry when the person it concerns asks to be forgotten."""

    DROP = "drop"
    KEEP = "keep"
    ANONYMISE = "anonymise"


@dataclass(frozen=True)
class Verb:
    """One kind of entry: a sentence with `%(field)s` places, an icon, a link builder and an eraser."""

    code: str
    sentence: StrOrPromise
    icon: str
    eraser: Eraser
    link: Callable[[dict[str, Any]], str] | None = None
    system: bool = False
    """System entries are folded together on the page."""

    def say(self, data: dict[str, Any]) -> str:
        """Return the sentence in the active language, filled with `data`; absent places stay empty.

        Where `data` has a `total` and its `currency`, `%(amount)s` is the two as people read them.
        """
        filled = _Blank(data)
        if "total" in data and "currency" in data:
            filled["amount"] = format_money(Decimal(data["total"]), data["currency"], get_language() or "en")
        return str(self.sentence) % filled


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


VERBS: dict[str, Verb] = {}


def register_verb(
    code: str,
    sentence: StrOrPromise,
    icon: str,
    eraser: Eraser,
    link: Callable[[dict[str, Any]], str] | None = None,
    system: bool = False,
) -> Verb:
    """Register a verb; raise ValueError when the code is taken."""
    if code in VERBS:
        raise ValueError(f"verb {code!r} is registered already")
    VERBS[code] = Verb(code, sentence, icon, eraser, link, system)
    return VERBS[code]
