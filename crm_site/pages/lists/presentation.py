"""A list as its template shows it: heads, rows of cells, chips, tabs and neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_site.pages.lists.boards import BoardView
from crm_site.pages.lists.calendars import CalendarView
from crm_site.pages.lists.cells import Head, Row, edit_address, editable_keys, row_of
from crm_site.pages.lists.counting import Counting
from crm_site.pages.lists.saved_views import Shelf, left_out
from crm_site.pages.lists.state import PLAIN
from crm_site.pages.lists.tabs import TabLink, tabs_of
from crm_site.pages.lists.verbs import Verb, verbs_for
from crm_site.pages.querysets import sets_up

if TYPE_CHECKING:
    from crm_site.pages.lists.columns import Column
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.filters import Choice, Filter
    from crm_site.pages.lists.parts import Action
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the address without it."""

    filter: Filter
    words: str
    url: str


@dataclass(frozen=True)
class FilterControl:
    """A filter with what its form control needs: options, ticked values, the parameters set now, and those in words."""

    filter: Filter
    options: list[Choice]
    chosen: list[str]
    params: dict[str, str]
    words: str = ""


class Listing(Counting):
    """Everything the list template reads; figures and rows are fetched when the template comes to them."""

    def __init__(self, page: ListPage[Any], user: User, state: ListState, shelf: Shelf | None = None) -> None:
        super().__init__(page, user, state)
        self.shelf = shelf or Shelf(page, user)

    @cached_property
    def address(self) -> str:
        """The address of this state, without its position."""
        return self.state.address(self.page)

    @property
    def here(self) -> str:
        """The address of exactly this, position included, without the blanks a filter form sends."""
        return self.state.address(self.page, after=self.state.after, before=self.state.before)

    @cached_property
    def board(self) -> BoardView | None:
        """The lanes, while the list is shown as a board."""
        declared = self.page.board
        return BoardView(self.page, self.user, self.state, declared) if declared else None

    @cached_property
    def calendar(self) -> CalendarView | None:
        """The days, while the list is shown as a calendar."""
        declared = self.page.calendar
        return CalendarView(self.page, self.user, self.state, declared) if declared else None

    @property
    def heads(self) -> list[Head]:
        """The column heads."""
        return [self._head(column) for column in self.state.columns]

    def _head(self, column: Column) -> Head:
        width = self.widths.get(column.name)
        if not column.sort:
            return Head(column, "", "", width)
        direction = ""
        if column.name == self.state.sort:
            direction = "descending" if self.state.descending else "ascending"
        return Head(column, self.state.sorted_by(column).address(self.page), direction, width)

    @cached_property
    def widths(self) -> dict[str, int]:
        """The column widths that the reader has set, in pixels."""
        stored = self.shelf.preference.widths
        return {name: width for name, width in stored.items() if isinstance(width, int)}

    @property
    def rows(self) -> Iterator[Row]:
        """The rows of this page with their cells."""
        editable = editable_keys(self.page, self.user, self.slice.rows) if self.edit_address else set()
        for record in self.slice.rows:
            yield row_of(self.page, record, self.state.columns, editable=record.pk in editable)

    @cached_property
    def edit_address(self) -> str:
        """The address that edits a cell, for those who may change something."""
        return edit_address(self.page) if self.user.access.can_edit(self.page.module) else ""

    @property
    def chips(self) -> list[Chip]:
        """The filters that are set."""
        values = self.state.values
        return [
            Chip(item, item.words(values[name], self.user), self.state.without(item).address(self.page))
            for name, item in self.state.schema.filters.items()
            if name in values
        ]

    @cached_property
    def tabs(self) -> list[TabLink]:
        """The views, of which the one that shows just this is active."""
        return tabs_of(self.page, self.state, self.shelf)

    @property
    def active_tab(self) -> TabLink | None:
        """The tab that is open, if any."""
        return next((tab for tab in self.tabs if tab.active), None)

    @property
    def can_save_view(self) -> bool:
        """Tell whether the list shows something that no tab says."""
        return self.active_tab is None or self.active_tab.changed

    @property
    def may_change_view(self) -> bool:
        """Tell whether the reader may change the open view: it is the reader's own, or the reader sets up."""
        tab = self.active_tab
        return tab is not None and (tab.mine or sets_up(self.user))

    @property
    def state_query(self) -> str:
        """The state as the part of its address behind the question mark, for forms that keep it."""
        return self.address.partition("?")[2]

    @cached_property
    def left_out(self) -> list[str]:
        """What the open view names and the list no longer has."""
        view = self.shelf.view(self.state.view) if self.state.view.isdigit() else None
        return left_out(self.page, view, self.state) if view else []

    @property
    def column_choices(self) -> list[tuple[Column, bool, bool]]:
        """Every column, the shown ones first in their order, with whether it shows and whether it must."""
        schema, shown = self.state.schema, [column.name for column in self.state.columns]
        names = [*shown, *(name for name in schema.columns if name not in shown)]
        return [(schema.columns[name], name in shown, name == schema.title) for name in names]

    @property
    def plain_columns_url(self) -> str:
        """The address with the columns that the list has by itself."""
        return self.state.with_columns(()).address(self.page)

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
    def shapes(self) -> list[tuple[str, str, bool]]:
        """The shapes of the list with their addresses; nothing for lists that are tables only."""
        if not self.page.shapes:
            return []
        names = ("", *self.page.shapes)
        return [(name, self.state.shaped(name).address(self.page), name == self.state.shape) for name in names]

    @property
    def narrowed(self) -> bool:
        """Tell whether a search or filter hides rows."""
        return bool(self.state.query or self.state.values)

    @property
    def hidden_params(self) -> list[tuple[str, str]]:
        """The state without search words, for the search form to carry along."""
        params = self.state.params(self.page) or {"view": [PLAIN]}
        return [(key, value) for key, values in params.items() if key != "q" for value in values]

    @property
    def carried_params(self) -> list[tuple[str, str]]:
        """The state without its filters, for the filter form to carry along."""
        filters = {key for item in self.state.schema.filters.values() for key in item.keys}
        params = self.state.params(self.page)
        return [(key, value) for key, values in params.items() if key not in filters for value in values]

    @property
    def may_export(self) -> bool:
        """Tell whether the reader may take the list out as a file."""
        return self.user.access.can_export(self.page.module)

    @cached_property
    def verbs(self) -> list[Verb]:
        """What the reader may do with selected rows."""
        return verbs_for(self.page, self.user)

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
        for name, item in self.state.schema.filters.items():
            if item.hidden:
                continue
            value = self.state.values.get(name)
            params = {} if value is None else item.write(value)
            chosen = params.get(name, [])
            last = {key.removeprefix(f"{name}_"): values[-1] for key, values in params.items()}
            # A record that was looked up is not among the options.
            words = item.words(value, self.user) if chosen and item.control == "record" else ""
            controls.append(FilterControl(item, list(item.options(self.user)), chosen, last, words))
        return controls
