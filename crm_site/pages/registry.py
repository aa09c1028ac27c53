"""A tiny ordered registry, which lets apps above extend pages below without being imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from django.core.exceptions import ImproperlyConfigured


class Registered(Protocol):
    """Anything with a code that is unique in its registry and a place in its order."""

    @property
    def code(self) -> str: ...

    @property
    def order(self) -> int: ...


Entry = TypeVar("Entry", bound=Registered)


class Registry(Generic[Entry]):
    """Holds declarations under their codes and hands them out by order, then code."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def register(self, entry: Entry) -> Entry:
        """Add one declaration; an equal one may come again, a different one under the same code may not."""
        if self._entries.setdefault(entry.code, entry) != entry:
            raise ImproperlyConfigured(f"Two different declarations are called {entry.code!r}.")
        return entry

    def get(self, code: str) -> Entry | None:
        """Return the declaration of that code, if there is one."""
        return self._entries.get(code)

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self._entries.values(), key=lambda entry: (entry.order, entry.code)))
