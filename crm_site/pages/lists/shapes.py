"""The other shapes of a list: a board of lanes, and a calendar. Both show the rows of the same state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crm_site.pages.lists.filters import Choice


@dataclass(frozen=True, kw_only=True)
class Board:
    """Lanes of cards by the value of a column.

    `group` is the ORM path of the value, `columns` the lanes as (value, label) in their order, `value` the name of
    the Total that each lane sums, and `move` the BulkField that moves a card: without it the board is to be read.
    `card` names the columns on a card under its name.
    """

    group: str
    columns: Sequence[Choice] | Callable[[], Iterable[Choice]]
    value: str = ""
    limit: int = 25
    move: str = ""
    card: Sequence[str] = ()

    def lanes(self) -> list[Choice]:
        """Return the lanes as they are now."""
        found = self.columns() if callable(self.columns) else self.columns
        return [(str(value), label) for value, label in found]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Entries on the days of a month or week; `date` names the DateRangeFilter whose column says the day.

    `value` names the column that stands behind an entry's name.
    """

    date: str
    value: str = ""
