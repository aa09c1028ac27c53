"""Saved views of a list: which there are for a person, which one opens, and what became of what they name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from crm_site.pages.choices import Sharing
from crm_site.pages.lists.params import Params
from crm_site.pages.lists.state import COLUMNS, PERIOD, SHOWN_AS, VIEW, ListState
from crm_site.pages.models import ListPreference, SavedView

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

MOST_SHOWN = 40
MAX_WIDTH = 1200
MIN_WIDTH = 48


class Shelf:
    """The saved views of one list that one person sees, and how the person likes the list; read when needed."""

    def __init__(self, page: ListPage[Any], user: User) -> None:
        self.page, self.user = page, user

    @cached_property
    def views(self) -> list[SavedView]:
        """The views, the person's own first."""
        found = SavedView.objects.visible_to(self.user).filter(list_code=self.page.code)[:MOST_SHOWN]
        return sorted(found, key=lambda view: view.owner_id != self.user.pk)

    @cached_property
    def preference(self) -> ListPreference:
        """How the person likes the list; an unsaved one when nothing was chosen."""
        known = ListPreference.objects.filter(user=self.user, list_code=self.page.code).first()
        return known or ListPreference(user=self.user, list_code=self.page.code)

    def view(self, key: str) -> SavedView | None:
        """Return the view of that key, if the person sees it."""
        return next((one for one in self.views if str(one.pk) == key), None)

    @property
    def default(self) -> SavedView | None:
        """The view that the bare address opens: the person's choice, else that of a role; nothing else."""
        if self.preference.view_id and (own := self.view(str(self.preference.view_id))):
            return own
        if not any(one.default_for for one in self.views):
            return None
        roles = set(self.user.roles.values_list("code", flat=True))
        return next((one for one in self.views if roles & set(one.default_for)), None)


def kept_params(state: ListState, page: ListPage[Any]) -> Params:
    """Return what a view keeps of a state: everything but its position and the tab it came from."""
    return {key: values for key, values in state.params(page).items() if key not in (VIEW, PERIOD)}


def state_of(page: ListPage[Any], view: SavedView) -> ListState:
    """Return the state that a view opens."""
    return page.state({**_stored(view), VIEW: str(view.pk)})


def _stored(view: SavedView) -> Params:
    """Return the parameters of a view, whatever stands in the column."""
    params = view.params if isinstance(view.params, dict) else {}
    return {str(key): [str(one) for one in values] for key, values in params.items() if isinstance(values, list)}


def same_as(page: ListPage[Any], state: ListState, view: SavedView) -> bool:
    """Tell whether a state shows exactly what the view shows."""
    stored = ListState.read(page, _stored(view), state.schema)
    return kept_params(stored, page) == kept_params(state, page)


def left_out(page: ListPage[Any], view: SavedView, state: ListState) -> list[str]:
    """Return the names that the view asks for and the list no longer has, in a stable order."""
    stored, known = _stored(view), {"q", SHOWN_AS, PERIOD, VIEW}
    gone = [name for name in ",".join(stored.get(COLUMNS, [])).split(",") if name and name not in state.schema.columns]
    sort = "".join(stored.get("sort", [])).removeprefix("-")
    column = state.schema.columns.get(sort)
    if sort and (column is None or not column.sort):
        gone.append(sort)
    spoken_for = {key: item for item in state.schema.filters.values() for key in item.keys}
    opened = ListState.read(page, stored, state.schema)
    for key, values in sorted(stored.items()):
        if key in known | {COLUMNS, "sort"} or not any(values):
            continue
        if key not in spoken_for or spoken_for[key].name not in opened.values:
            gone.append(key)
    shape = "".join(stored.get(SHOWN_AS, []))
    return list(dict.fromkeys([*gone, *([shape] if shape and shape not in page.shapes else [])]))


def save_view(page: ListPage[Any], state: ListState, user: User, *, name: str, sharing: str) -> SavedView:
    """Keep a state under a name, as the last of the person's views; a view of the same name takes the new state."""
    with transaction.atomic():
        own = SavedView.objects.filter(owner=user, list_code=page.code)
        last = own.aggregate(last=Max("position"))["last"] or 0
        view, _created = SavedView.objects.update_or_create(
            owner=user,
            list_code=page.code,
            name=name,
            defaults={"params": kept_params(state, page), **_shared(user, sharing)},
            create_defaults={
                "params": kept_params(state, page), "position": min(last + 1, 30_000), **_shared(user, sharing),
            },
        )  # fmt: skip
    return view


def change_view(view: SavedView, *, name: str, sharing: str, default_for: Iterable[str] | None = None) -> None:
    """Rename a view, share it, or make it the default of roles; what is not given stays."""
    view.name = name
    for key, value in _shared(view.owner, sharing).items():
        setattr(view, key, value)
    if default_for is not None:
        view.default_for = sorted(set(default_for))
    view.save(update_fields=["name", "sharing", "team", "default_for"])


def update_view(view: SavedView, page: ListPage[Any], state: ListState) -> None:
    """Let a view show this state from now on."""
    view.params = kept_params(state, page)
    view.save(update_fields=["params"])


def prefer_view(user: User, list_code: str, view: SavedView | None) -> None:
    """Make a view the one that the list opens with for this person; None leaves it to roles and the list."""
    ListPreference.objects.update_or_create(user=user, list_code=list_code, defaults={"view": view})


def keep_widths(user: User, list_code: str, widths: dict[str, int]) -> None:
    """Remember the column widths of a person's list, in pixels; nothing forgets them."""
    kept = {name[:80]: min(max(width, MIN_WIDTH), MAX_WIDTH) for name, width in list(widths.items())[:100]}
    ListPreference.objects.update_or_create(user=user, list_code=list_code, defaults={"widths": kept})


def _shared(user: User, sharing: str) -> dict[str, Any]:
    """Return the columns of sharing; without a team a view stays with its owner."""
    if sharing == Sharing.TEAM and user.team_id is None:
        sharing = Sharing.NOBODY
    return {"sharing": sharing, "team": user.team if sharing == Sharing.TEAM else None}
