"""What somebody typed into the palette, read once for all sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import fold, near_expression, search_terms, typed_digits, typed_pieces

if TYPE_CHECKING:
    from crm_site.staff.models import User

LONGEST = 80


@dataclass
class Asked:
    """A query with its reader, what the reader opened lately, and what sources have found and read so far."""

    user: User
    text: str
    seen: Mapping[tuple[str, str], dt.datetime] = field(default_factory=dict)
    found: dict[str, list[Any]] = field(default_factory=dict)
    labels: dict[str, list[Any]] | None = None

    def __post_init__(self) -> None:
        self.text = " ".join(self.text.replace("\x00", " ").split())[:LONGEST]

    @cached_property
    def folded(self) -> str:
        """The text in the form in which names are compared."""
        return fold(self.text)

    @cached_property
    def pieces(self) -> list[str]:
        """The folded words and Chinese runs."""
        return typed_pieces(self.text)

    @cached_property
    def joined(self) -> str:
        """The words as one, as pinyin is stored; empty unless all are Latin."""
        return "".join(self.pieces) if all(piece.isascii() for piece in self.pieces) else ""

    @cached_property
    def digits(self) -> str:
        """The digits, if the text may be a part of a telephone number."""
        return typed_digits(self.text)

    @cached_property
    def patterns(self) -> list[str]:
        """LIKE patterns that every hit matches."""
        return search_terms(self.text)

    @cached_property
    def beginnings(self) -> list[str]:
        """LIKE patterns of the better hits: each word begins one of theirs."""
        return search_terms(self.text, beginnings=True)

    @cached_property
    def near(self) -> list[str]:
        """Regular expressions of words but one slip away, for the words that are long enough."""
        return [found for piece in self.pieces if (found := near_expression(piece))]

    @property
    def has_number(self) -> bool:
        """Tell whether the text may be a part of a number."""
        return any(sign.isdigit() for sign in self.text)

    def when_seen(self, kind: str, key: Any) -> float:
        """Return when the reader opened the record last, as a number to sort by; 0 for not lately."""
        moment = self.seen.get((kind, str(key)))
        return moment.timestamp() if moment else 0.0
