"""What a list consists of at this moment: its declared columns and filters, and those of providers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from crm_site.pages.lists.columns import Column
from crm_site.pages.lists.filters import Filter
from crm_site.pages.lists.providers import provided_columns, provided_filters


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _by_name(declared: Iterable[N], provided: Iterable[N]) -> dict[str, N]:
    """Return both under their names; what is declared cannot be replaced."""
    found: dict[str, N] = {}
    for one in (*declared, *provided):
        found.setdefault(one.name, one)
    return found


@dataclass(frozen=True)
class Schema:
    """The columns and filters of a list under their names, in their order."""

    columns: dict[str, Column]
    filters: dict[str, Filter] = field(default_factory=dict)

    @classmethod
    def of(cls, code: str, columns: Iterable[Column], filters: Iterable[Filter]) -> Schema:
        """Return the schema of a list, with what providers add to it now."""
        return cls(_by_name(columns, provided_columns(code)), _by_name(filters, provided_filters(code)))

    @property
    def default_columns(self) -> tuple[str, ...]:
        """Return the names of the columns that show when nobody has chosen."""
        return tuple(name for name, column in self.columns.items() if column.shown)

    @property
    def title(self) -> str:
        """Return the name of the column that names the record: it always shows, and first."""
        titles = [name for name, column in self.columns.items() if column.kind == "title"]
        return titles[0] if titles else next(iter(self.columns), "")

    def choose(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the known columns among the names, the naming one first; nothing when none is known."""
        known = tuple(dict.fromkeys(name for name in names if name in self.columns))
        if not known:
            return ()
        return known if self.title in known else (self.title, *known)
