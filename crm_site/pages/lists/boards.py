"""A list as a board: lanes with count and sum, and the first cards of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.constants import LOOKUP_SEP
from django.urls import reverse

from crm_site.pages import formatting
from crm_site.pages.lists import declaration
from crm_site.pages.lists.cells import ANY_KEY, Cell, cell_of, editable_keys
from crm_site.pages.lists.columns import follow
from crm_site.pages.lists.shapes import Board, Drop

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.parts import Total
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Card:
    """One record on a board; `movable` by the reader."""

    record: Any
    url: str
    title: Cell
    cells: list[Cell]
    movable: bool
    tone: str = ""


@dataclass(frozen=True)
class Lane:
    """One column of a board; `share` is its part of all rows in per cent, and `more` says that counting stopped.

    `sums` are further totals with their labels.
    """

    code: str
    label: StrOrPromise
    at: int
    count: int
    more: bool
    value: str
    share: int
    cards: list[Card]
    next_url: str
    sums: tuple[tuple[StrOrPromise, str], ...] = ()

    @property
    def count_words(self) -> str:
        """The count as people read it."""
        return f"{formatting.number(self.count)}{'+' if self.more else ''}"


class BoardView:
    """The board of a state as one reader sees it: four queries, however many lanes and rows there are."""

    def __init__(self, page: ListPage[Any], user: User, state: ListState, board: Board) -> None:
        self.page, self.user, self.state, self.board = page, user, state, board
        self.sorting = page.sorting(state)
        self.limit = board.count_limit or declaration.COUNT_LIMIT

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows on the board."""
        rows = self.page.narrowed(self.user, self.state)
        if self.board.kept is not None:
            rows = self.board.kept(rows)
        if self.board.lanes_of is not None:
            rows = rows.filter(**{f"{self.board.group}__in": [code for code, _label in self.choices]})
        return rows

    @cached_property
    def choices(self) -> list[tuple[str, StrOrPromise]]:
        """The lanes; only those of a filter on the same column, when there is one."""
        lanes = self.board.lanes(self.state)
        for name, item in self.state.schema.filters.items():
            wanted = self.state.values.get(name)
            if item.column == self.board.group and isinstance(wanted, list):
                codes = {str(one) for one in wanted}
                return [lane for lane in lanes if lane[0] in codes]
        return lanes

    @cached_property
    def switches(self) -> list[tuple[StrOrPromise, str, bool]]:
        """The choices of the filter that the lanes depend on, as (label, address, whether it is this one)."""
        item = self.state.schema.filters.get(self.board.switch)
        options = list(item.options(self.user)) if item is not None else []
        if item is None or len(options) < 2:
            return []
        chosen = {str(one) for one in self.state.values.get(item.name) or [options[0][0]]}
        return [
            (label, self.state.having(item, [code]).address(self.page), str(code) in chosen) for code, label in options
        ]

    @property
    def drops(self) -> list[tuple[Drop, str]]:
        """The places beside the lanes with their addresses, which have a place for the record's key."""
        if not self.user.access.can_edit(self.page.module):
            return []
        return [(drop, reverse(drop.url_name, args=[ANY_KEY])) for drop in self.board.drops]

    @property
    def lanes(self) -> list[Lane]:
        """All lanes with their first cards."""
        found = self._first_keys()
        cards = self._cards([key for keys in found.values() for key in keys[: self.board.limit]])
        return [self._lane(at, code, label, cards, found) for at, (code, label) in enumerate(self.choices)]

    def heads(self, codes: Iterable[str]) -> list[Lane]:
        """Return some lanes without their cards, to show their figures anew."""
        wanted = set(codes)
        pairs = [(at, code, label) for at, (code, label) in enumerate(self.choices) if code in wanted]
        return [self._lane(at, code, label, {}, {}) for at, code, label in pairs]

    def further(self, code: str, after: str) -> Lane | None:
        """Return one lane with the cards after a cursor."""
        at, label = next(((at, text) for at, (one, text) in enumerate(self.choices) if one == code), (0, None))
        position = self.sorting.read(after)
        if label is None or position is None:
            return None
        rows = self.sorting.beyond(self._of(code), position, backwards=False)
        keys = list(rows.values_list("pk", flat=True)[: self.board.limit + 1])
        return self._lane(at, code, label, self._cards(keys[: self.board.limit]), {code: keys})

    def card(self, record: Any) -> Card:
        """Return the card of one record."""
        movable = bool(self.board.move) and record.pk in editable_keys(self.page, self.user, [record])
        return self._card(record, movable)

    def lane_of(self, record: Any) -> str:
        """Return the lane a record stands in."""
        value = follow(record, self.board.group.replace(LOOKUP_SEP, "."))
        return "" if value is None else str(value)

    @cached_property
    def totals(self) -> list[Total]:
        """The totals of each lane: the one that counts most, then the others."""
        named = {one.name: one for one in self.page.totals}
        return [named[name] for name in (self.board.value, *self.board.sums) if name in named]

    @cached_property
    def figures(self) -> dict[str, tuple[int, list[Any]]]:
        """Count and sums of each lane, in one query that looks at no more rows than the board counts."""
        if any(not isinstance(one.aggregate, Sum) for one in self.totals):
            return self._figures_by_keys()
        given = {f"lane_{at}": one.aggregate.get_source_expressions()[0] for at, one in enumerate(self.totals)}
        plain = self.rows.order_by().annotate(board_lane=F(self.board.group), **given)
        try:
            inner, params = plain.values_list("board_lane", *given)[: self.limit + 1].query.sql_with_params()
        except EmptyResultSet:
            return {}
        sums = "".join(f", sum({name})" for name in given)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT board_lane, count(*){sums} FROM ({inner}) counted GROUP BY 1", params)
            return {"" if row[0] is None else str(row[0]): (row[1], list(row[2:])) for row in cursor.fetchall()}

    def _figures_by_keys(self) -> dict[str, tuple[int, list[Any]]]:
        """Count and total each lane where totals are more than sums."""
        counted = self.rows.order_by().values("pk")[: self.limit + 1]
        sums = {f"lane_{at}": one.aggregate for at, one in enumerate(self.totals)}
        lanes = self.page.model._default_manager.filter(pk__in=counted).order_by().values_list(self.board.group)
        found = lanes.annotate(lane_count=Count("pk"), **sums).values_list(self.board.group, "lane_count", *sums)
        return {"" if row[0] is None else str(row[0]): (row[1], list(row[2:])) for row in found}

    @cached_property
    def more(self) -> bool:
        """Tell whether counting stopped."""
        return sum(count for count, _sums in self.figures.values()) > self.limit

    def _of(self, code: str) -> QuerySet[Any]:
        """Return the rows of a lane in order."""
        kept = self.rows.filter(**{self.board.group: code})
        return self.sorting.part(kept, absent=False, backwards=False)

    def _first_keys(self) -> dict[str, list[Any]]:
        """Return the first keys of every lane, one more than a lane shows, in one query."""
        parts = [self._of(code).values_list("pk", self.board.group)[: self.board.limit + 1] for code, _ in self.choices]
        found: dict[str, list[Any]] = {code: [] for code, _label in self.choices}
        if not parts:
            return found
        pairs = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        for key, code in pairs:
            found[str(code)].append(key)
        return found

    def _cards(self, keys: list[Any]) -> dict[str, list[tuple[str, Card]]]:
        """Return the cards of these records by lane, in order, each with its cursor."""
        rows = self.page.with_related(self.page.model._default_manager.filter(pk__in=keys), self.state)
        records = list(self.sorting.part(rows, absent=False, backwards=False))
        movable = editable_keys(self.page, self.user, records) if self.board.move else set()
        found: dict[str, list[tuple[str, Card]]] = {}
        for record in records:
            card = self._card(record, record.pk in movable)
            found.setdefault(self.lane_of(record), []).append((self.sorting.cursor(record), card))
        return found

    def _card(self, record: Any, movable: bool) -> Card:
        columns = self.state.schema.columns
        shown = [columns[name] for name in self.board.card if name in columns]
        title = cell_of(columns[self.state.schema.title], record)
        cells = [cell_of(one, record) for one in shown]
        return Card(record, self.page.record_url(record), title, cells, movable, self.page.tone(record))

    def _lane(self, at: int, code: str, label: StrOrPromise, cards: dict[str, Any], keys: dict[str, list[Any]]) -> Lane:
        count, values = self.figures.get(code, (0, []))
        everything = sum(number for number, _sums in self.figures.values()) or 1
        said = [
            (total.label, formatting.words(value, total.kind))
            for total, value in zip(self.totals, values, strict=False)
            if value is not None and not self.more
        ]
        mine = cards.get(code, [])
        further = ""
        if len(keys.get(code, ())) > self.board.limit and mine:
            further = replace(self.state, after="").address(self.page, lane=code or "-", after=mine[-1][0])
        shown = [card for _cursor, card in mine]
        share, worth = round(100 * count / everything), said[0][1] if said else ""
        return Lane(code, label, at, count, self.more, worth, share, shown, further, tuple(said[1:]))
