"""What all cell types have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_site.imports.habits import Habits

Reader = Callable[[str], str | None]


class CellError(ValueError):
    """A cell cannot be read; `code` and `params` make the sentence in `messages`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class FileReader:
    """A reader whose answer depends on the habits of the file: 1/2 is a day in January or in February."""

    def __init__(self, make: Callable[[Habits], Reader]) -> None:
        self.within = make
        self._plain: Reader | None = None

    def __call__(self, cell: str) -> str | None:
        """Read a cell of a file of unknown habits."""
        if self._plain is None:
            self._plain = self.within(Habits())
        return self._plain(cell)
