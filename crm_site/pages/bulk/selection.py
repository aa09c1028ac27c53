"""Which rows of a list are meant: those that were ticked, or every row of its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict

from crm_site.pages.lists.state import ListState

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

MAX_STATE = 8000
MAX_TICKED = 1000


@dataclass(frozen=True)
class Selection:
    """The state of the list as a query string, and the ticked keys; None means every row of the state."""

    state: str
    keys: tuple[int, ...] | None

    @classmethod
    def posted(cls, data: QueryDict) -> Selection:
        """Read what the bulk bar posts: `pk` for each ticked row, or `all`, with the list's `state`."""
        state = data.get("state", "")[:MAX_STATE]
        if data.get("all"):
            return cls(state, None)
        texts = (text for text in data.getlist("pk")[:MAX_TICKED] if text.isascii() and text.isdigit())
        return cls(state, tuple(dict.fromkeys(key for key in map(int, texts) if key < 2**63)))

    @classmethod
    def stored(cls, data: Mapping[str, Any]) -> Selection:
        """Read what `kept` has written."""
        keys = None if data.get("all") else tuple(int(key) for key in data.get("keys", ()))
        return cls(str(data.get("state", "")), keys)

    def kept(self) -> dict[str, Any]:
        """Return the selection as JSON."""
        return {"state": self.state, "all": self.keys is None, "keys": list(self.keys or ())}

    def read_state(self, page: ListPage[Any]) -> ListState:
        """Return the state of the list, from its first row on."""
        params = QueryDict(self.state, mutable=True)
        for key in ("after", "before"):
            params.pop(key, None)
        return page.state(params)

    def rows(self, page: ListPage[Any], user: User) -> QuerySet[Any]:
        """Return the selected rows that the user may see, unordered."""
        if self.keys is None:
            return page.narrowed(user, self.read_state(page))
        return page.base(user).filter(pk__in=self.keys)
