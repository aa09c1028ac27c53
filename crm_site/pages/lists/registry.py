"""Every list of the site, so that checks, the API and the palette find them."""

from typing import Any

from crm_site.pages.lists.declaration import ListPage

_lists: dict[str, ListPage[Any]] = {}


def register_list(page: ListPage[Any]) -> None:
    """Make the list known under its code."""
    _lists[page.code] = page


def list_pages() -> list[ListPage[Any]]:
    """Return all lists by code."""
    return [_lists[code] for code in sorted(_lists)]
