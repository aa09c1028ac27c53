"""The other shapes of a list: a board of lanes, and a calendar. Both show the rows of the same state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from crm_site.pages.lists.filters import Choice

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User

Move = Callable[[Any, int, dt.date, "dt.time | None", "User"], None]
Carry = Callable[[Any, int, str, "User"], None]


class CardRefusedError(Exception):
    """A card cannot go to that lane; the message says why, for people."""


class CardAsksError(Exception):
    """A card can go to that lane once something is answered: `address` shows the form that asks and then moves."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True, kw_only=True)
class Drop:
    """A place beside the lanes that opens a form about the card put there; `url_name` takes the record's key."""

    label: StrOrPromise
    icon: str
    url_name: str
    tone: str = "good"


@dataclass(frozen=True, kw_only=True)
class Board:
    """Lanes of cards by the value of a column.

    `group` is the ORM path of the value, `columns` the lanes as (value, label) in their order, `value` the name of
    the Total that each lane sums, and `move` the BulkField that moves a card: without it the board is to be read.
    `card` names the columns on a card under its name.

    Each lane sums the Totals named in `sums` too. `lanes_of` says the lanes of a state where they depend on it: on
    the value of the filter `switch`, say, whose choices then stand over the board; rows in none of these lanes are
    left out, and those that `kept` leaves out. Beyond `count_limit` rows counting stops (0: where lists stop). Where
    a move is more than a bulk change, `carry` is the service that puts a record, read at a version, into a lane: it
    may raise CardRefusedError, CardAsksError and StaleVersionError. `drops` open forms about a card.
    """

    group: str
    columns: Sequence[Choice] | Callable[[], Iterable[Choice]] = ()
    value: str = ""
    limit: int = 25
    move: str = ""
    card: Sequence[str] = ()
    sums: Sequence[str] = ()
    lanes_of: Callable[[ListState], Iterable[Choice]] | None = None
    kept: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    switch: str = ""
    count_limit: int = 0
    carry: Carry | None = None
    drops: Sequence[Drop] = ()

    def lanes(self, state: ListState) -> list[Choice]:
        """Return the lanes of a state as they are now."""
        if self.lanes_of is not None:
            found: Iterable[Choice] = self.lanes_of(state)
        else:
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
