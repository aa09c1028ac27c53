"""The rows of a list's page and how many there are: at once where that costs little, else in a request of its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from crm_site.pages import formatting
from crm_site.pages.lists.declaration import FEW_HITS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.lists.keyset import Slice
    from crm_site.pages.lists.parts import Figures
    from crm_site.pages.lists.state import ListState
    from crm_site.staff.models import User


class Counting:
    """One page of rows with the count and totals of all."""

    def __init__(self, page: ListPage[Any], user: User, state: ListState) -> None:
        self.page, self.user, self.state = page, user, state

    @cached_property
    def slice(self) -> Slice[Any]:
        """The rows of this page."""
        if not self.state.query:
            return self.page.slice(self.user, self.state)
        return self.page.slice(self.user, self.state, few=not self._is_common)

    @cached_property
    def hits(self) -> int:
        """How many rows a search found; more than few are not always counted."""
        if self._is_common:
            return FEW_HITS + 1
        known = self.slice.hits
        return self.page.counted(self.user, self.state, FEW_HITS) if known is None else known

    @cached_property
    def _is_common(self) -> bool:
        return self.page.is_common(self.user, self.state)

    @cached_property
    def known(self) -> Figures | None:
        """The count and totals where they cost little; None leaves them to a request after the page is there.

        Everything is counted along an index, few hits one by one; but who meets a filter may lie anywhere.
        """
        state = self.state
        if state.query:
            return self.page.figures(self.user, state, count=self.hits) if self.hits <= FEW_HITS else None
        if not state.values:
            return self.figures
        if not state.shape and not self.has_more_pages:
            return self.page.figures(self.user, state, keys=[row.pk for row in self.slice.rows])
        return None

    @cached_property
    def figures(self) -> Figures:
        """The count and totals, whatever they cost."""
        return self.page.figures(self.user, self.state)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is surely no row."""
        return self.known is not None and not self.known.count

    @property
    def has_more_pages(self) -> bool:
        """Tell whether there are rows beyond this page."""
        return bool(self.slice.previous or self.slice.next)

    @property
    def count_words(self) -> str:
        """The count as people read it."""
        found = self.known or self.figures
        return f"{formatting.number(found.count)}{'+' if found.more else ''}"

    @property
    def noun(self) -> str:
        """The noun in the number of the count."""
        return str(self.page.noun % (self.known or self.figures).count)

    @property
    def totals(self) -> list[tuple[StrOrPromise, str]]:
        """The totals with their labels, in words."""
        found = (self.known or self.figures).totals
        return [
            (total.label, formatting.words(found[total.name], total.kind))
            for total in self.page.totals
            if found.get(total.name) is not None
        ]
