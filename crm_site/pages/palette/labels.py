"""Finding what is named by us or stands in a short table: pages, commands, and lists of a few hundred rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from crm_site.lib.text import search_text
from crm_site.pages import nav
from crm_site.pages.palette.hits import Command, Hit, PaletteSource, commands
from crm_site.pages.palette.ranking import Rank, rank_of

if TYPE_CHECKING:
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists import ListPage
    from crm_site.pages.palette.asking import Asked
    from crm_site.staff.models import User

# A source of labels reads no more rows than this.
MOST_ROWS = 500


@lru_cache(maxsize=4096)
def _words(label: str) -> str:
    return search_text([label])


def fitting(label: StrOrPromise, asked: Asked) -> Rank | None:
    """Return how well a label fits, in the reader's language or in English; None when it does not."""
    if not asked.pieces:
        return Rank.PART if not asked.text else None
    names = [str(label)]
    if not isinstance(label, str):
        with override("en"):
            names.append(str(label))
    ranks = [rank for name in dict.fromkeys(names) if (rank := rank_of(name, _words(name), asked)) is not None]
    return min(ranks, default=None)


def best(hits: Iterable[Hit], asked: Asked, limit: int) -> list[Hit]:
    """Return the best hits with their matches marked; among equals their order stays."""
    ranked = sorted(hits, key=lambda hit: (hit.rank, -asked.when_seen(hit.kind, hit.key)))
    return [replace(hit, query=asked.text) for hit in ranked[:limit]]


def find_pages(asked: Asked, limit: int) -> Sequence[Hit]:
    """Find pages of the rail by their names."""
    return best(_pages(asked), asked, limit)


def _pages(asked: Asked) -> Iterable[Hit]:
    for link in nav.links_for(asked.user, ""):
        rank = fitting(link.item.label, asked)
        if rank is not None:
            yield Hit(
                label=link.item.label,
                url=link.url,
                icon=link.item.icon,
                context=link.item.group.value,
                kind="pages",
                key=link.item.code,
                rank=rank,
            )


def find_commands(asked: Asked, limit: int) -> Sequence[Hit]:
    """Find commands by their names; without words, those the reader has used stand first."""
    return best(_commands(asked), asked, limit)


def _commands(asked: Asked) -> Iterable[Hit]:
    for command in commands:
        rank = fitting(command.label, asked)
        hit = command_hit(command, asked.user) if rank is not None else None
        if hit is not None and rank is not None:
            yield replace(hit, rank=rank)


def command_hit(command: Command, user: User) -> Hit | None:
    """Return the line of a command; None where it leads nowhere or is not for the user."""
    if not command.open_to(user):
        return None
    try:
        url = reverse(command.url_name)
    except NoReverseMatch:
        return None
    return Hit(label=command.label, url=url, icon=command.icon, kind="commands", key=command.code)


def label_source(page: ListPage[Any], *, hit: Callable[[Any], Hit], order: int = 70) -> PaletteSource:
    """Make a source of a list of a few hundred records, found by their names, their pinyin included."""

    def line(record: Model) -> Hit:
        return replace(hit(record), kind=page.code, key=str(record.pk))

    def search(asked: Asked, limit: int) -> Sequence[Hit]:
        if not asked.pieces:
            return []
        rows = page.base(asked.user).order_by("-pk")[:MOST_ROWS]
        ranked = [(rank, record) for record in rows if (rank := fitting(str(record), asked)) is not None]
        return best((replace(line(record), rank=rank) for rank, record in ranked), asked, limit)

    def fetch(user: User, keys: Iterable[str]) -> Mapping[str, Hit]:
        return {str(record.pk): line(record) for record in page.base(user).filter(pk__in=list(keys))}

    return PaletteSource(
        code=page.code,
        label=page.title,
        search=search,
        fetch=fetch,
        model=page.model,
        module=page.module,
        order=order,
    )
