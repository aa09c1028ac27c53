"""What a list shows right now, read from its address and written back into addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_site.pages.lists.params import Params, ParamSource, read_params, write_params
from crm_site.pages.lists.schema import Schema

if TYPE_CHECKING:
    from crm_site.pages.lists.columns import Column
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.filters import Filter

COLUMNS, SHOWN_AS, PERIOD, VIEW = "cols", "as", "on", "view"
# The view that is no view: an address with it never opens anybody's default.
PLAIN = "all"
LENGTHS = {COLUMNS: 4000}


@dataclass(frozen=True)
class ListState:
    """Search words, filter values, order, columns, shape and position of a list.

    `chosen` holds the column names of the address, empty for the list's own; `shape` is "" for the table,
    else `board` or `calendar`; `period` is the month or week of a calendar; `view` the tab it belongs to.
    """

    query: str
    values: dict[str, Any]
    sort: str
    descending: bool
    after: str = ""
    before: str = ""
    chosen: tuple[str, ...] = ()
    shape: str = ""
    period: str = ""
    view: str = ""
    schema: Schema = field(default_factory=lambda: Schema({}), compare=False, repr=False)

    @classmethod
    def read(cls, page: ListPage[Any], source: ParamSource, schema: Schema | None = None) -> ListState:
        """Read the state from parameters; whatever is unknown or bad counts as not given."""
        schema = schema or page.schema()
        lengths = LENGTHS | {key: item.max_length for item in schema.filters.values() for key in item.keys}
        raw = read_params(source, lengths)
        values = {name: item.read(raw) for name, item in schema.filters.items()}
        sort, descending = _sorting(page, schema, _first(raw, "sort"))
        shape = _first(raw, SHOWN_AS)
        chosen = schema.choose(",".join(raw.get(COLUMNS, [])).split(","))
        return cls(
            query=" ".join(_first(raw, "q").split()),
            values={name: value for name, value in values.items() if value is not None},
            sort=sort,
            descending=descending,
            after=_cursor(source, "after"),
            before=_cursor(source, "before"),
            chosen=() if chosen == schema.default_columns else chosen,
            shape=shape if shape in page.shapes else "",
            period=_first(raw, PERIOD)[:10] if shape == "calendar" else "",
            view=_first(raw, VIEW)[:40],
            schema=schema,
        )

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that show, in their order."""
        return [self.schema.columns[name] for name in self.chosen or self.schema.default_columns]

    def filter_params(self) -> Params:
        """Return the parameters of the filters and the search alone."""
        params: Params = {"q": [self.query]} if self.query else {}
        for name, item in self.schema.filters.items():
            value = self.values.get(name)
            params |= item.cleared() if value is None else item.write(value)
        return params

    def params(self, page: ListPage[Any]) -> Params:
        """Return the parameters that spell this state, without its position."""
        params = self.filter_params()
        if (self.sort, self.descending) != _sorting(page, self.schema, ""):
            params["sort"] = [f"{'-' if self.descending else ''}{self.sort}"]
        for key, text in ((COLUMNS, ",".join(self.chosen)), (SHOWN_AS, self.shape), (PERIOD, self.period)):
            if text:
                params[key] = [text]
        return params | ({VIEW: [self.view]} if self.view else {})

    def address(self, page: ListPage[Any], **extra: str) -> str:
        """Return the list's address in this state, with further parameters such as a cursor.

        It is never bare: the bare address opens the reader's default view.
        """
        text = write_params(self.params(page) | {key: [value] for key, value in extra.items() if value})
        return f"{page.path}?{text or f'{VIEW}={PLAIN}'}"

    def without(self, item: Filter) -> ListState:
        """Return the state with one filter switched off."""
        values = {name: value for name, value in self.values.items() if name != item.name}
        return replace(self, values=values, after="", before="")

    def having(self, item: Filter, value: Any) -> ListState:
        """Return the state with one filter set to a value."""
        return replace(self, values={**self.values, item.name: value}, after="", before="")

    def cleared(self) -> ListState:
        """Return the state with no filter and no search."""
        return replace(self, values={}, query="", after="", before="")

    def sorted_by(self, column: Column) -> ListState:
        """Return the state after a click on the column's head."""
        descending = not self.descending if self.sort == column.name else column.descends_first
        return replace(self, sort=column.name, descending=descending, after="", before="")

    def shaped(self, shape: str, period: str = "") -> ListState:
        """Return the state shown as a table, a board or a calendar."""
        return replace(self, shape=shape, period=period, after="", before="")

    def with_columns(self, names: Iterable[str]) -> ListState:
        """Return the state with these columns."""
        chosen = self.schema.choose(names)
        return replace(self, chosen=() if chosen == self.schema.default_columns else chosen)


def _first(params: Params, key: str) -> str:
    return (params.get(key) or [""])[0]


def _cursor(source: ParamSource, key: str) -> str:
    """Return a cursor whole: it is signed, and longer than other values may be."""
    value = source.get(key, "")
    return value[:2000] if isinstance(value, str) else ""


def _sorting(page: ListPage[Any], schema: Schema, asked: str) -> tuple[str, bool]:
    """Return the order asked for if the list has it, else its own."""
    for text in (asked, page.default_sort):
        name, descending = text.removeprefix("-"), text.startswith("-")
        column = schema.columns.get(name)
        if column is not None and column.sort:
            return name, descending
    return "", True
