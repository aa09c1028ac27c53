"""A list as its template shows it: heads, rows of cells, chips, tabs and neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from crm_site.pages import formatting
from crm_site.pages.lists.columns import Column

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.declaration import Action, Figures, ListPage
    from crm_site.pages.lists.filters import Choice, Filter
    from crm_site.pages.lists.keyset import Slice
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Cell:
    """One cell with its value, and its words where the column has no template."""

    column: Column
    value: Any
    words: str
    second_line: Any


@dataclass(frozen=True)
class Row:
    """One record with its cells."""

    record: Any
    url: str
    tone: str
    cells: list[Cell]


@dataclass(frozen=True)
class Head:
    """One column head; `direction` is the aria-sort word, empty where the list is not sorted by it."""

    column: Column
    url: str
    direction: str


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    filter: Filter
    words: str
    url: str


@dataclass(frozen=True)
class TabLink:
    """A view with its address."""

    label: StrOrPromise
    url: str
    active: bool


@dataclass(frozen=True)
class FilterControl:
    """A filter with what its form control needs: options, ticked values and the parameters set now."""

    filter: Filter
    options: list[Choice]
    chosen: list[str]
    params: dict[str, str]


class Listing:
    """Everything the list template reads; figures and rows are fetched when the template comes to them."""

    def __init__(self, page: ListPage[Any], user: User, state: ListState) -> None:
        self.page, self.user, self.state = page, user, state

    @cached_property
    def slice(self) -> Slice[Any]:
        """The rows of this page."""
        few = bool(self.state.query) and not self.figures.more
        return self.page.slice(self.user, self.state, few=few)

    @cached_property
    def figures(self) -> Figures:
        """The count and totals."""
        return self.page.figures(self.user, self.state)

    @cached_property
    def address(self) -> str:
        """The address of this state, without its position."""
        return self.state.address(self.page)

    @property
    def here(self) -> str:
        """The address of exactly this, position included, without the blanks a filter form sends."""
        return self.state.address(self.page, after=self.state.after, before=self.state.before)

    @property
    def count_words(self) -> str:
        """The count as people read it."""
        return f"{formatting.number(self.figures.count)}{'+' if self.figures.more else ''}"

    @property
    def noun(self) -> str:
        """The noun in the number of the count."""
        return str(self.page.noun % self.figures.count)

    @property
    def totals(self) -> list[tuple[StrOrPromise, str]]:
        """The totals with their labels, in words."""
        found = self.figures.totals
        return [
            (total.label, formatting.words(found[total.name], total.kind))
            for total in self.page.totals
            if found.get(total.name) is not None
        ]

    @property
    def heads(self) -> list[Head]:
        """The column heads."""
        return [self._head(column) for column in self.page.columns]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        direction = ""
        if column.name == self.state.sort:
            direction = "descending" if self.state.descending else "ascending"
        return Head(column, self.state.sorted_by(column).address(self.page), direction)

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of this page with their cells."""
        for record in self.slice.rows:
            cells = [self._cell(column, record) for column in self.page.columns]
            yield Row(record, self.page.record_url(record), self.page.tone(record), cells)

    def _cell(self, column: Column, record: Any) -> Cell:
        value = column.value(record)
        words = "" if column.cell_template else column.words(record, value)
        return Cell(column, value, words, column.second_line(record))

    @property
    def chips(self) -> list[Chip]:
        """The filters that are set."""
        return [
            Chip(
                item,
                item.words(self.state.values[item.name], self.user),
                self.state.without(item).address(self.page),
            )
            for item in self.page.filters
            if item.name in self.state.values
        ]

    @property
    def tabs(self) -> list[TabLink]:
        """The views, of which the one that shows just this is active."""
        order = replace(self.state, after="", before="")
        here = order.params(self.page, sorted_too=False)
        links: list[TabLink] = []
        for tab in self.page.tabs:
            url = self.page.url(**tab.params)
            params = self.page.state(QueryDict(url.partition("?")[2])).params(self.page, sorted_too=False)
            links.append(TabLink(tab.label, url, params == here))
        return links

    @property
    def previous_url(self) -> str:
        """The address of the page before; empty on the first."""
        cursor = self.slice.previous
        return self.state.address(self.page, before=cursor) if cursor else ""

    @property
    def next_url(self) -> str:
        """The address of the page after; empty on the last."""
        cursor = self.slice.next
        return self.state.address(self.page, after=cursor) if cursor else ""

    @property
    def cleared_url(self) -> str:
        """The address with no filter and no search."""
        return self.state.cleared().address(self.page)

    @property
    def narrowed(self) -> bool:
        """Tell whether a search or filter hides rows."""
        return bool(self.state.query or self.state.values)

    @property
    def hidden_params(self) -> list[tuple[str, str]]:
        """The state without search words, for the search form to carry along."""
        params = self.state.params(self.page)
        return [(key, value) for key, values in params.items() if key != "q" for value in values]

    @property
    def sort_param(self) -> str:
        """The order as the address spells it; empty for the list's own, so that a filter form keeps it."""
        return next(iter(self.state.params(self.page).get("sort", [])), "")

    @property
    def export_urls(self) -> list[tuple[str, str]]:
        """The addresses of the files, for those who may export."""
        if not self.user.access.can_export(self.page.module):
            return []
        return [(kind.upper(), self.state.address(self.page, export=kind)) for kind in ("csv", "xlsx")]

    @property
    def actions(self) -> list[Action]:
        """The buttons this user may press."""
        return [action for action in self.page.actions if self.may(action)]

    def may(self, action: Action) -> bool:
        """Tell whether the user may press the button."""
        if not action.for_readers and not self.user.access.can_edit(self.page.module):
            return False
        return action.allowed is None or action.allowed(self.user)

    @property
    def empty_action(self) -> Action | None:
        """The button of the empty page, if the user may press it."""
        action = self.page.empty_action
        return action if action is not None and self.may(action) else None

    @property
    def controls(self) -> list[FilterControl]:
        """The filters people can set, with their options; each may query, so only the open form asks."""
        controls: list[FilterControl] = []
        for item in self.page.filters:
            if item.hidden:
                continue
            value = self.state.values.get(item.name)
            params = {} if value is None else item.write(value)
            chosen = params.get(item.name, [])
            last = {key.removeprefix(f"{item.name}_"): values[-1] for key, values in params.items()}
            controls.append(FilterControl(item, list(item.options(self.user)), chosen, last))
        return controls
