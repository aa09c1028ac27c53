"""The Today page: what wants this person now, one card for each thing an app can say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class TodayRow:
    """One line of a card: what it is, its context under it, and a short word or figure at the end."""

    label: StrOrPromise
    url: str
    context: StrOrPromise = ""
    value: StrOrPromise = ""
    tone: Literal["", "good", "warn", "bad", "info"] = ""


@dataclass(frozen=True, kw_only=True)
class TodayContent:
    """What a card says now; `empty` is the sentence that stands there when there is nothing to do."""

    rows: Sequence[TodayRow] = field(default_factory=list)
    count: int | None = None
    url: str = ""
    empty: StrOrPromise = ""


@dataclass(frozen=True, kw_only=True)
class TodayCard:
    """A card of the Today page, loaded on its own for people whose roles open `module`."""

    code: str
    title: StrOrPromise
    icon: str
    load: Callable[[User], TodayContent]
    module: str = ""
    allowed: Callable[[User], bool] | None = None
    order: int = 100
    wide: bool = False
    template: str = "pages/today_card.html"

    def visible_to(self, user: User) -> bool:
        """Tell whether the card is for this person."""
        if self.module and not user.access.can_view(self.module):
            return False
        return self.allowed is None or self.allowed(user)


cards: Registry[TodayCard] = Registry()
register_today = cards.register


def cards_for(user: User) -> list[TodayCard]:
    """Return this person's cards in order."""
    return [card for card in cards if card.visible_to(user)]
