"""Sources of records: one query each, as quick with a million records and a narrow reach as with a few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import F, Model, QuerySet

from crm_site.pages.lists.sql import AnyOf
from crm_site.pages.palette.candidates import Candidates
from crm_site.pages.palette.hits import Hit, PaletteSource
from crm_site.pages.palette.ranking import Rank, is_whole, rank_of

if TYPE_CHECKING:
    from crm_site.pages.lists import ListPage
    from crm_site.pages.palette.asking import Asked
    from crm_site.staff.models import User

# When a record was saved last, as every record of ours knows.
CHANGED = "updated_at"

Rows = QuerySet[Any]


@dataclass(frozen=True, kw_only=True)
class RecordSearch:
    """How the records of a list are found.

    `latest` names an indexed column, with an index that begins with the owner as well where records have one: the
    newest records are looked through first. `only` names the columns that `hit` and `identifiers` read. `exact`
    returns rows that an identifier finds by an index of its own. `follows` is another source, searched before,
    and `related` keeps the rows that belong to its records; with `searched` off there are no others. `deep` tells
    whether older records are searched too, `near` whether slips of the finger are forgiven.
    """

    page: ListPage[Any]
    hit: Callable[[Any], Hit]
    latest: str = "pk"
    only: Sequence[str] = ()
    related_to: Sequence[str] = ()
    exact: Callable[[Rows, Asked], Sequence[Rows]] | None = None
    identifiers: Callable[[Any], Iterable[str]] | None = None
    follows: str = ""
    related: Callable[[Rows, list[Any]], Rows] | None = None
    searched: bool = True
    deep: Callable[[Asked], bool] | None = None
    near: bool = False

    @property
    def code(self) -> str:
        """The code of the source."""
        return self.page.code

    def search(self, asked: Asked, limit: int) -> Sequence[Hit]:
        """Return the best hits; those opened lately or changed last stand first among equals."""
        if not asked.patterns or not (self.searched or asked.found.get(self.follows)):
            return []
        found = self._ranked(asked)
        found.sort(key=lambda pair: self._place(asked, *pair))
        shown = found[:limit]
        asked.found[self.code] = [record.pk for _rank, record in shown]
        return [replace(self.line(record), rank=rank).found_by(asked, self._words(record)) for rank, record in shown]

    def fetch(self, user: User, keys: Iterable[str]) -> Mapping[str, Hit]:
        """Return the hits of the records with these keys, of those the user may see."""
        rows = self._light(self.page.base(user).filter(pk__in=list(keys)))
        return {str(record.pk): self.line(record) for record in rows}

    def line(self, record: Model) -> Hit:
        """Return the hit of a record."""
        return replace(self.hit(record), kind=self.code, key=str(record.pk))

    def _light(self, rows: Rows) -> Rows:
        rows = rows.select_related(*self.related_to) if self.related_to else rows
        if not self.only:
            return rows
        read = (self.page.search_column, CHANGED) if self.searched else (CHANGED,)
        return rows.only(*self.only, *read)

    def _ranked(self, asked: Asked) -> list[tuple[Rank, Any]]:
        rows = self._light(self.page.base(asked.user).filter(AnyOf(F("pk"), Candidates(self, asked).expression())))
        found = []
        for record in rows:
            known = self.identifiers(record) if self.identifiers is not None else ()
            rank = rank_of(str(record), self._words(record), asked, known)
            if rank is None and self.follows:
                rank = Rank.RELATED
            if rank is not None:
                found.append((rank, record))
        return found

    def _words(self, record: Any) -> str:
        return str(getattr(record, self.page.search_column, ""))

    def _place(self, asked: Asked, rank: Rank, record: Any) -> tuple[float, ...]:
        changed = getattr(record, CHANGED, None)
        return (
            rank,
            not is_whole(self._words(record), asked),
            -asked.when_seen(self.code, record.pk),
            -(changed.timestamp() if changed else 0.0),
            -record.pk,
        )


def record_source(page: ListPage[Any], *, order: int = 50, **how: Any) -> PaletteSource:
    """Make a source of the records a list shows, under its access; `how` are the fields of `RecordSearch`."""
    found_by = RecordSearch(page=page, **how)
    return PaletteSource(
        code=page.code,
        label=page.title,
        search=found_by.search,
        fetch=found_by.fetch,
        model=page.model,
        module=page.module,
        order=order,
    )
