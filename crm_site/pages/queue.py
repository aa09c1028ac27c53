"""Working a queue: the rows of a list record by record, from a signed place in it that survives whatever changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.http import urlencode

from crm_site.pages.bulk.selection import Selection
from crm_site.pages.lists import declaration
from crm_site.pages.lists.keyset import Sorting, beside
from crm_site.pages.lists.registry import open_list

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

SALT = "pages.queue"
PARAM = "queue"


@dataclass(frozen=True)
class Place:
    """Where somebody stands in a queue: the `number`-th record of `total` (`more`: and further ones), at `cursor`.

    The cursor is of the list's order, so that the next record is found even when this one has left the list.
    `furthest` is how many records were met, `began` when the first one was opened (seconds since 1970).
    """

    code: str
    selection: Selection
    number: int
    total: int
    more: bool
    cursor: str
    furthest: int
    began: int

    def signed(self) -> str:
        """Return the place as a text that nobody can forge."""
        kept = {**self.__dict__, "selection": self.selection.kept()}
        return signing.dumps(kept, salt=SALT, compress=True)

    @classmethod
    def read(cls, text: str) -> Place:
        """Return the place in a signed text; raise Http404 for anything else."""
        try:
            kept = signing.loads(text, salt=SALT)
            return cls(**{**kept, "selection": Selection.stored(kept["selection"])})
        except (signing.BadSignature, TypeError, KeyError) as error:
            raise Http404 from error

    @property
    def minutes(self) -> int:
        """How long the queue has been worked, in full minutes."""
        return max(0, int(timezone.now().timestamp()) - self.began) // 60

    @property
    def since(self) -> dt.datetime:
        """When the first record was opened."""
        return dt.datetime.fromtimestamp(self.began, tz=dt.UTC)


class Queue:
    """A place in a queue with its neighbours, as one person sees them now."""

    def __init__(self, place: Place, user: User) -> None:
        self.place, self.user = place, user
        self.page: ListPage[Any] = open_list(place.code, user)
        self.state = place.selection.read_state(self.page)
        self.sorting: Sorting = self.page.sorting(self.state)

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that are in the queue now."""
        return self.page.with_related(self.place.selection.rows(self.page, self.user), self.state)

    @property
    def list_url(self) -> str:
        """The address of the list that is worked through."""
        return self.state.address(self.page)

    def address(self, *, back: bool = False) -> str:
        """Return the address of the record after this one, or before it; empty at the end."""
        record = beside(self.rows, self.sorting, self.place.cursor, backwards=back)
        if record is None:
            return ""
        number = max(1, self.place.number + (-1 if back else 1))
        furthest = max(self.place.furthest, number)
        place = replace(self.place, number=number, furthest=furthest, cursor=self.sorting.cursor(record))
        return address_of(self.page, record, place)

    def left(self) -> tuple[int, bool]:
        """Return how many rows are in the queue now, and whether there are more than were counted."""
        count = self.rows.order_by()[: declaration.COUNT_LIMIT + 1].count()
        return min(count, declaration.COUNT_LIMIT), count > declaration.COUNT_LIMIT


def begin(page: ListPage[Any], selection: Selection, user: User) -> str:
    """Return the address of the first record of a selection; empty when nothing is in it."""
    start = Place(page.code, selection, 1, 0, False, "", 1, int(timezone.now().timestamp()))
    queue = Queue(start, user)
    first = beside(queue.rows, queue.sorting, "", backwards=False)
    if first is None:
        return ""
    count, more = queue.left()
    return address_of(page, first, replace(start, total=count, more=more, cursor=queue.sorting.cursor(first)))


def address_of(page: ListPage[Any], record: Model, place: Place) -> str:
    """Return the address of a record's page that knows its place in the queue."""
    return f"{page.record_url(record)}?{urlencode({PARAM: place.signed()})}"
