"""The tabs over a list: what the list declares, then what people have saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from crm_site.pages.lists.saved_views import Shelf, kept_params, same_as, state_of
from crm_site.pages.lists.state import ListState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.declaration import ListPage
    from crm_site.pages.models import SavedView


@dataclass(frozen=True)
class TabLink:
    """A view with its address; `changed` when the list no longer shows exactly what the view says."""

    label: StrOrPromise
    url: str
    active: bool
    changed: bool = False
    view: SavedView | None = None
    mine: bool = False


def tabs_of(page: ListPage[Any], state: ListState, shelf: Shelf) -> list[TabLink]:
    """Return all tabs, of which at most one is active: the one named in the address, else the one that fits."""
    here = replace(state, after="", before="", view="")
    saved = [_saved(page, here, shelf, view, named=str(view.pk) == state.view) for view in shelf.views]
    taken = next((link for link in saved if str(link.view.pk if link.view else "") == state.view), None)
    taken = taken or next((link for link in saved if link.active), None)
    saved = [replace(link, active=link is taken) for link in saved]
    declared = [_declared(page, here, tab, free=taken is None) for tab in page.tabs]
    first = next((link for link in declared if link.active), None)
    return [*(replace(link, active=link is first) for link in declared), *saved]


def _saved(page: ListPage[Any], here: ListState, shelf: Shelf, view: SavedView, *, named: bool) -> TabLink:
    same = same_as(page, here, view)
    url = state_of(page, view).address(page)
    return TabLink(view.name, url, named or same, not same, view, view.owner_id == shelf.user.pk)


def _declared(page: ListPage[Any], here: ListState, tab: Any, *, free: bool) -> TabLink:
    url = page.url(**tab.params)
    opened = ListState.read(page, QueryDict(url.partition("?")[2]), here.schema)
    fits = free and opened.filter_params() == here.filter_params()
    plain = replace(opened, view="")
    return TabLink(tab.label, url, fits, changed=kept_params(plain, page) != kept_params(here, page))
