"""Every list of the site, so that checks, the API and the palette find them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

_lists: dict[str, ListPage[Any]] = {}


def register_list(page: ListPage[Any]) -> None:
    """Make the list known under its code."""
    _lists[page.code] = page


def list_pages() -> list[ListPage[Any]]:
    """Return all lists by code."""
    return [_lists[code] for code in sorted(_lists)]


def open_list(code: str, user: User) -> ListPage[Any]:
    """Return the list of that code; raise Http404 where there is none or the user may not open it."""
    page = _lists.get(code)
    if page is None or not user.access.can_view(page.module):
        raise Http404
    return page
