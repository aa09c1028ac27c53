"""Finding what is named by us or stands in a short table: pages, commands, and lists of a few hundred rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet, Value
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from crm_site.lib.text import search_text
from crm_site.pages import nav
from crm_site.pages.palette.hits import Command, Hit, PaletteSource, commands
from crm_site.pages.palette.ranking import Rank, rank_of

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class LabelSearch:
    """How the records of a short list are found by their names; `context` is the column that stands beside them."""

    page: ListPage[Any]
    hit: Callable[[Any], Hit]
    name: str
    context: str

    def search(self, asked: Asked, limit: int) -> Sequence[Hit]:
        """Return the records whose names fit best."""
        if not asked.pieces:
            return []
        found = _labelled(asked).get(self.page.code, ())
        ranked = [(rank, record) for record in found if (rank := fitting(str(record), asked)) is not None]
        return best((replace(self.line(record), rank=rank) for rank, record in ranked), asked, limit)

    def fetch(self, user: User, keys: Iterable[str]) -> Mapping[str, Hit]:
        """Return the hits of the records with these keys, of those the user may see."""
        return {str(record.pk): self.line(record) for record in self.page.base(user).filter(pk__in=list(keys))}

    def line(self, record: Model) -> Hit:
        """Return the hit of a record."""
        return replace(self.hit(record), kind=self.page.code, key=str(record.pk))

    def labels(self, user: User) -> QuerySet[Any, Any]:
        """Return code, key, name and context of the newest records."""
        rows = self.page.base(user).order_by("-pk").annotate(label_source=Value(self.page.code))
        named: QuerySet[Any, Any] = rows.values_list("label_source", "pk", self.name, self.context)
        return named[:MOST_ROWS]

    def record(self, pk: int, name: str, context: str) -> Model:
        """Return a record with just its key, name and context."""
        model: type[Model] = self.page.model
        return model(pk=pk, **{self.name: name, self.context: context})


_searches: dict[str, LabelSearch] = {}


def _labelled(asked: Asked) -> Mapping[str, list[Model]]:
    """Return the records of all lists that the reader sees, by the list's code: one query for them together."""
    if asked.labels is None:
        asked.labels = {}
        rows = [one.labels(asked.user) for one in _searches.values() if asked.user.access.can_view(one.page.module)]
        for code, *facts in rows[0].union(*rows[1:], all=True) if rows else ():
            asked.labels.setdefault(code, []).append(_searches[code].record(*facts))
    return asked.labels


def label_source(
    page: ListPage[Any], *, hit: Callable[[Any], Hit], context: str, name: str = "name", order: int = 70
) -> PaletteSource:
    """Make a source of a list of a few hundred records, found by their names, their pinyin included.

    `name` and `context` are the columns that the hit is made of; it can rely on these and the key alone.
    """
    found_by = _searches[page.code] = LabelSearch(page, hit, name, context)
    return PaletteSource(
        code=page.code,
        label=page.title,
        search=found_by.search,
        fetch=found_by.fetch,
        model=page.model,
        module=page.module,
        order=order,
    )
