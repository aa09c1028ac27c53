"""What a list shows right now, read from its address and written back into addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crm_site.pages.lists.params import Params, ParamSource, read_params, write_params

if TYPE_CHECKING:
    from crm_site.pages.lists.columns import Column
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.filters import Filter


@dataclass(frozen=True)
class ListState:
    """Search words, filter values, order and position of a list."""

    query: str
    values: dict[str, Any]
    sort: str
    descending: bool
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, page: ListPage[Any], source: ParamSource) -> ListState:
        """Read the state from parameters; whatever is unknown or bad counts as not given."""
        raw = read_params(source)
        values = {item.name: item.read(raw) for item in page.filters}
        sort, descending = _sorting(page, _first(raw, "sort"))
        return cls(
            query=" ".join(_first(raw, "q").split()),
            values={name: value for name, value in values.items() if value is not None},
            sort=sort,
            descending=descending,
            after=_cursor(source, "after"),
            before=_cursor(source, "before"),
        )

    def params(self, page: ListPage[Any], *, sorted_too: bool = True) -> Params:
        """Return the parameters that spell this state, without its position."""
        params: Params = {"q": [self.query]} if self.query else {}
        for item in page.filters:
            value = self.values.get(item.name)
            params |= item.cleared() if value is None else item.write(value)
        if sorted_too and (self.sort, self.descending) != _sorting(page, ""):
            params["sort"] = [f"{'-' if self.descending else ''}{self.sort}"]
        return params

    def address(self, page: ListPage[Any], **extra: str) -> str:
        """Return the list's address in this state, with further parameters such as a cursor."""
        text = write_params(self.params(page) | {key: [value] for key, value in extra.items() if value})
        return f"{page.path}?{text}" if text else page.path

    def without(self, item: Filter) -> ListState:
        """Return the state with one filter switched off."""
        values = {name: value for name, value in self.values.items() if name != item.name}
        return replace(self, values=values, after="", before="")

    def cleared(self) -> ListState:
        """Return the state with no filter and no search."""
        return replace(self, values={}, query="", after="", before="")

    def sorted_by(self, column: Column) -> ListState:
        """Return the state after a click on the column's head."""
        descending = not self.descending if self.sort == column.name else column.descends_first
        return replace(self, sort=column.name, descending=descending, after="", before="")


def _first(params: Params, key: str) -> str:
    return (params.get(key) or [""])[0]


def _cursor(source: ParamSource, key: str) -> str:
    """Return a cursor whole: it is signed, and longer than other values may be."""
    value = source.get(key, "")
    return value[:2000] if isinstance(value, str) else ""


def _sorting(page: ListPage[Any], asked: str) -> tuple[str, bool]:
    """Return the order asked for if the list has it, else its own."""
    for text in (asked, page.default_sort):
        name, descending = text.removeprefix("-"), text.startswith("-")
        if any(column.name == name and column.sort for column in page.columns):
            return name, descending
    return "", True
