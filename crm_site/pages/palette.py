"""The Ctrl-K palette: pages, commands and records, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse

from crm_site.pages import nav
from crm_site.pages.registry import Registry

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists import ListPage
    from crm_site.staff.models import User

HITS_EACH = 8
# Matches are taken in the index's order and the closest are picked here: sorting every match of "li" would not scale.
CANDIDATES = 40


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One line of the palette."""

    label: StrOrPromise
    url: str
    icon: str
    context: StrOrPromise = ""


@dataclass(frozen=True, kw_only=True)
class PaletteSource:
    """Something the palette searches; `search(user, query, limit)` answers with at most `limit` hits."""

    code: str
    label: StrOrPromise
    search: Callable[[User, str, int], Iterable[Hit]]
    module: str = ""
    order: int = 100


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
    """The hits of one source."""

    source: PaletteSource
    hits: list[Hit]


sources: Registry[PaletteSource] = Registry()
commands: Registry[Command] = Registry()
register_palette = sources.register
register_command = commands.register


def record_source(page: ListPage[Any], *, icon: str, hit: Callable[[Any], Hit], order: int = 50) -> PaletteSource:
    """Make a source of the records a list shows, under the list's own search and access."""

    def search(user: User, query: str, limit: int) -> Iterable[Hit]:
        if not query:
            return []
        found = [hit(record) for record in page.search(user, query)[:CANDIDATES]]
        folded = query.casefold()
        found.sort(key=lambda item: (not str(item.label).casefold().startswith(folded), str(item.label).casefold()))
        return found[:limit]

    return PaletteSource(code=page.code, label=page.title, search=search, module=page.module, order=order)


def find_pages(user: User, query: str, limit: int) -> Iterable[Hit]:
    """Find pages of the rail by a part of their name."""
    folded = query.casefold()
    links = [link for link in nav.links_for(user, "") if folded in str(link.item.label).casefold()]
    return [
        Hit(label=link.item.label, url=link.url, icon=link.item.icon, context=link.item.group.value)
        for link in links[:limit]
    ]


def find_commands(user: User, query: str, limit: int) -> Iterable[Hit]:
    """Find commands by a part of their name."""
    folded = query.casefold()
    found: list[Hit] = []
    for command in commands:
        if folded not in str(command.label).casefold() or not command.open_to(user):
            continue
        try:
            url = reverse(command.url_name)
        except NoReverseMatch:
            continue
        found.append(Hit(label=command.label, url=url, icon=command.icon))
    return found[:limit]


def find(user: User, query: str) -> list[HitGroup]:
    """Ask every source the user's roles open, and leave out the ones with nothing to show."""
    query = " ".join(query.replace("\x00", " ").split())[:80]
    groups = [
        HitGroup(source, list(source.search(user, query, HITS_EACH)))
        for source in sources
        if not source.module or user.access.can_view(source.module)
    ]
    return [group for group in groups if group.hits]
