"""What the palette shows, and the registries of what it searches and offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crm_site.lib.text import marked
from crm_site.pages.palette.ranking import Rank
from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.palette.asking import Asked
    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One line of the palette; `kind` and `key` say what it stands for, so that it is remembered when opened."""

    label: StrOrPromise
    url: str
    icon: str
    context: StrOrPromise = ""
    kind: str = ""
    key: str = ""
    rank: Rank = Rank.PART
    query: str = ""

    @property
    def label_parts(self) -> list[tuple[str, bool]]:
        """The label in parts, each with whether it was typed."""
        return marked(str(self.label), self.query)

    @property
    def context_parts(self) -> list[tuple[str, bool]]:
        """The context in parts, each with whether it was typed."""
        return marked(str(self.context), self.query)

    def found_by(self, asked: Asked, words: str) -> Hit:
        """Return the hit with its matches marked; where label and context have none, the matching word stands there."""
        hit = replace(self, query=asked.text)
        if self.rank > Rank.PART or any(found for _part, found in (*hit.label_parts, *hit.context_parts)):
            return hit
        sought = asked.digits or next(iter(asked.pieces), "")
        word = next((word for word in words.split() if sought in word), "")
        return replace(hit, context=word or self.context)


@dataclass(frozen=True, kw_only=True)
class PaletteSource:
    """Something the palette searches.

    `search(asked, limit)` answers with at most `limit` hits, the best first. `fetch(user, keys)` returns the hits of
    records by key, of those that still exist and that the user may see; without it none are remembered.
    """

    code: str
    label: StrOrPromise
    search: Callable[[Asked, int], Sequence[Hit]]
    fetch: Callable[[User, Iterable[str]], Mapping[str, Hit]] | None = None
    model: Any = None
    module: str = ""
    order: int = 100

    def open_to(self, user: User) -> bool:
        """Tell whether the user's roles open what is searched."""
        return not self.module or user.access.can_view(self.module)


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something that can be done from anywhere, such as “New customer”."""

    code: str
    label: StrOrPromise
    icon: str
    url_name: str
    module: str = ""
    allowed: Callable[[User], bool] | None = None
    order: int = 100

    def open_to(self, user: User) -> bool:
        """Tell whether the user may do this; without `allowed`, whoever may change the module may."""
        if self.module and not user.access.can_edit(self.module):
            return False
        return self.allowed is None or self.allowed(user)


@dataclass(frozen=True)
class HitGroup:
    """Hits under one heading."""

    code: str
    label: StrOrPromise
    hits: list[Hit]


sources: Registry[PaletteSource] = Registry()
commands: Registry[Command] = Registry()
register_palette = sources.register
register_command = commands.register
