"""The other shapes of a list: a board of lanes, and a calendar. Both show the rows of the same state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_site.pages.lists.filters import Choice

if TYPE_CHECKING:
    from crm_site.staff.models import User

Move = Callable[[Any, int, dt.date, "dt.time | None", "User"], None]


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

    `value` names the column that stands behind an entry's name. `moment` is the path to when an entry begins, None
    there for a whole day: with it, weeks have hours, and there is a day as well. With `move`, a service that puts a
    record (read at a version) to another day and time of the reader's zone, entries can be carried about.
    """

    date: str
    value: str = ""
    moment: str = ""
    move: Move | None = None
