"""The declaration of a list page: everything about a list in one place, read by page, export, API and drill-down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import F, Model, QuerySet, TextField, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.lib.text import search_terms
from crm_site.pages.lists.bulk_fields import BulkField
from crm_site.pages.lists.columns import Column, SortExpression
from crm_site.pages.lists.filters import Filter
from crm_site.pages.lists.keyset import Slice, Sorting, cut
from crm_site.pages.lists.params import ParamSource
from crm_site.pages.lists.parts import Action, Figures, Tab, Total
from crm_site.pages.lists.providers import provided_changes
from crm_site.pages.lists.schema import Schema
from crm_site.pages.lists.searched import Searched, is_common, is_rare
from crm_site.pages.lists.shapes import Board, Calendar
from crm_site.pages.lists.sql import Like
from crm_site.pages.lists.state import ListState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

M = TypeVar("M", bound=Model)

# Counting is cheap up to here; beyond, "10,000+" says enough and costs the same at any size.
COUNT_LIMIT = 10_000
# So few hits of a search are totalled with the page; more are counted in a request of their own.
FEW_HITS = 1_000


class ListPage(Generic[M]):
    """Declares one list; subclass it, set the attributes, and make one instance that everybody uses.

    `noun` is an `ngettext_lazy("customer", "customers")`. `select_related`/`prefetch_related` must cover every
    column, so that the number of queries stays the same for any number of rows; what one column needs alone
    stands in its own `prefetch`. `field_url_name` names the InlineFieldView that edits cells;
    `bulk_fields` and `deletable` say what can be done to many rows, with the fields of `form_class`.
    """

    code: ClassVar[str]
    title: ClassVar[StrOrPromise]
    noun: ClassVar[Any]
    model: type[M]
    module: ClassVar[str]
    url_name: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]] = ()
    default_sort: ClassVar[str]
    search_column: ClassVar[str] = "search_text"
    search_hint: ClassVar[StrOrPromise] = _("Search")
    select_related: ClassVar[Sequence[str]] = ()
    prefetch_related: ClassVar[Sequence[Any]] = ()
    totals: ClassVar[Sequence[Total]] = ()
    tabs: ClassVar[Sequence[Tab]] = ()
    actions: ClassVar[Sequence[Action]] = ()
    page_size: ClassVar[int] = 50
    icon: ClassVar[str] = "list"
    empty_text: ClassVar[StrOrPromise] = _("Nothing here yet.")
    empty_action: ClassVar[Action | None] = None
    template: ClassVar[str] = "pages/list.html"
    field_url_name: ClassVar[str] = ""
    form_class: ClassVar[Any] = None
    bulk_fields: ClassVar[Sequence[BulkField]] = ()
    deletable: ClassVar[bool] = False
    board: ClassVar[Board | None] = None
    calendar: ClassVar[Calendar | None] = None

    def base(self, user: User) -> QuerySet[M]:
        """Return every row the user may see; the model's own `visible_to` unless overridden."""
        manager: Any = self.model._default_manager
        rows: QuerySet[M] = manager.visible_to(user)
        return rows

    def record_url(self, record: M) -> str:
        """Return where a click on the row leads; empty for rows that open nothing."""
        return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else ""

    def tone(self, record: M) -> str:
        """Return a class for the row, such as `row-muted`; none by default."""
        return ""

    @property
    def path(self) -> str:
        """Return the list's address."""
        return reverse(self.url_name)

    @property
    def runs_through(self) -> bool:
        """Tell whether the rows open record pages of the list's own model, one after the other."""
        return type(self).record_url is ListPage.record_url and hasattr(self.model, "get_absolute_url")

    @property
    def shapes(self) -> tuple[str, ...]:
        """Return the shapes the list can take beside the table."""
        kinds = (("board", self.board), ("calendar", self.calendar))
        return tuple(name for name, declared in kinds if declared is not None)

    def schema(self) -> Schema:
        """Return the columns and filters the list has now, those of providers included."""
        return Schema.of(self.code, self.columns, self.filters)

    def changes(self) -> list[BulkField]:
        """Return the bulk changes the list has now, those of providers included."""
        return [*self.bulk_fields, *provided_changes(self.code)]

    def url(self, **filters: Any) -> str:
        """Return the list's address with exactly these filters set and every other one off, defaults included.

        Values are what the filter's own reading gives: codes, a bool, `(first, last)` days, `(least, most)` or
        `(least, most, below)` figures. `q` and `sort` are taken as they are. Unknown names raise KeyError.
        """
        sort, query = str(filters.pop("sort", "")), str(filters.pop("q", ""))
        known = self.schema().filters
        params: dict[str, Any] = {}
        for name, value in filters.items():
            params |= known[name].write(value)
        for name, item in known.items():
            if name not in filters:
                params |= item.cleared()
        state = ListState.read(self, {**params, "q": query, "sort": sort})
        return state.address(self)

    def state(self, params: ParamSource) -> ListState:
        """Return what the parameters ask for."""
        return ListState.read(self, params)

    def queryset(self, user: User, params: ParamSource) -> QuerySet[M]:
        """Return the rows the parameters ask for, unordered; page, export, API and drill-downs share it."""
        return self.narrowed(user, self.state(params))

    def narrowed(self, user: User, state: ListState) -> QuerySet[M]:
        """Return the rows of a state that was read already."""
        rows = self.base(user)
        for name, item in state.schema.filters.items():
            if name in state.values:
                rows = item.narrow(rows, state.values[name], user)
        return self.matching(rows, state.query)

    def search(self, user: User, query: str) -> QuerySet[M]:
        """Return the visible rows that match the words, without the list's filters."""
        return self.matching(self.base(user), query).select_related(*self.select_related)

    def matching(self, rows: QuerySet[M], query: str) -> QuerySet[M]:
        """Keep the rows in which every search term occurs."""
        if query and self.search_column:
            for pattern in search_terms(query):
                rows = rows.filter(Like(F(self.search_column), Value(pattern, output_field=TextField())))
        return rows

    def sorting(self, state: ListState, *, few: bool = False) -> Sorting:
        """Return the order of a state; the key alone when the list sorts by nothing."""
        column = state.schema.columns.get(state.sort)
        if column is None or not column.sort:
            return Sorting(self.model, self.model._meta.pk.name, state.descending, few)
        if isinstance(column.sort, SortExpression):
            return Sorting(self.model, column.name, state.descending, few, column.sort)
        return Sorting(self.model, column.sort, state.descending, few)

    def is_common(self, user: User, state: ListState) -> bool:
        """Tell whether so many rows are expected to match a search that they are neither sorted nor counted."""
        return is_common(self.narrowed(user, state), self.narrowed(user, replace(state, query="")))

    def _among(self, user: User, state: ListState) -> Searched[M]:
        """Return where a search looks for its hits."""
        patterns = search_terms(state.query) if self.search_column else ()
        return Searched(self.narrowed(user, replace(state, query="")), self.search_column, patterns)

    def slice(self, user: User, state: ListState, *, few: bool = False) -> Slice[M]:
        """Return one page of rows; `few` says that a search finds so few that sorting them all costs little."""
        rows = self.with_related(self.narrowed(user, state), state)
        sorting = self.sorting(state, few=bool(state.query))
        searched = self._among(user, state) if state.query and not few else None
        rare = self._is_rare(user, state, sorting)
        return cut(
            rows, sorting, size=self.page_size, after=state.after, before=state.before, searched=searched, few=rare
        )

    def _is_rare(self, user: User, state: ListState, sorting: Sorting) -> bool:
        """Tell whether a filter leaves so few rows that both parts of their order are read at once."""
        if state.query or state.after or state.before or not state.values or not sorting.may_lack:
            return False
        return is_rare(self.narrowed(user, state))

    def with_related(self, rows: QuerySet[M], state: ListState) -> QuerySet[M]:
        """Fetch along what the columns of the state show."""
        if self.select_related:
            rows = rows.select_related(*self.select_related)
        own = [lookup for column in state.columns for lookup in column.prefetch]
        return rows.prefetch_related(*self.prefetch_related, *own)

    def totals_of(self, state: ListState) -> list[Total]:
        """Return the totals whose column shows, or that belong to no column."""
        hidden = set(state.schema.columns) - {column.name for column in state.columns}
        return [total for total in self.totals if (total.column or total.name) not in hidden]

    def counted(self, user: User, state: ListState, limit: int = COUNT_LIMIT) -> int:
        """Count the rows by a query that stops right after `limit`."""
        return self.narrowed(user, state).order_by()[: limit + 1].count()

    def figures(
        self, user: User, state: ListState, *, count: int | None = None, keys: Sequence[Any] | None = None
    ) -> Figures:
        """Count the rows, unless their `count` or `keys` are known, and total them where they are few enough."""
        known = count if keys is None else len(keys)
        found = self.counted(user, state) if known is None else known
        wanted = self.totals_of(state)
        if found > COUNT_LIMIT or not wanted:
            return Figures(min(found, COUNT_LIMIT), found > COUNT_LIMIT, {})
        rows = self.narrowed(user, state).order_by() if keys is None else self.base(user).filter(pk__in=keys)
        return Figures(found, more=False, totals=rows.aggregate(**{total.name: total.aggregate for total in wanted}))

    def rows_in_order(
        self, user: User, state: ListState, *, chunk: int = 2000, rows: QuerySet[M] | None = None
    ) -> Iterator[M]:
        """Yield every row of the state, or the given rows, in the list's order, page by page, so memory stays flat."""
        found = self.narrowed(user, state) if rows is None else rows
        sorting, rows, after = self.sorting(state), self.with_related(found, state), ""
        while True:
            part = cut(rows, sorting, size=chunk, after=after)
            yield from part.rows
            if not part.next:
                return
            after = part.next

    def check(self) -> None:
        """Raise ImproperlyConfigured where a sort column may be NULL or a name leads nowhere; tests run it for all."""
        changes = {change.name for change in self.bulk_fields}
        if self.board is not None and self.board.move and self.board.move not in changes:
            raise ImproperlyConfigured(f"{self.code}: no bulk field is called {self.board.move!r}.")
        if self.calendar is not None and self.calendar.date not in {item.name for item in self.filters}:
            raise ImproperlyConfigured(f"{self.code}: no filter is called {self.calendar.date!r}.")
        for column in self.columns:
            if isinstance(column.sort, str) and column.sort:
                Sorting(self.model, column.sort).check()
