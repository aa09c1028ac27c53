"""What the bulk bar offers a person on a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Verb:
    """One button of the bulk bar: it opens a dialog, or sends the selection as a form."""

    name: str
    label: StrOrPromise
    icon: str
    url: str
    dialog: bool = True


def verbs_for(page: ListPage[Any], user: User) -> list[Verb]:
    """Return what the user may do with selected rows; nothing leaves the list without boxes to tick."""
    found: list[Verb] = []
    if user.access.can_edit(page.module) and (page.changes() or page.deletable):
        found += _changes(page)
    if user.access.can_export(page.module):
        address = reverse("pages:list-export", args=[page.code])
        found += [Verb(kind, kind.upper(), "download", address, dialog=False) for kind in ("csv", "xlsx")]
    if page.runs_through:
        queue = reverse("pages:queue-start", args=[page.code])
        found.append(Verb("queue", gettext("Work through"), "player-play", queue, dialog=False))
    return found


def _changes(page: ListPage[Any]) -> list[Verb]:
    def address(name: str) -> str:
        return reverse("pages:list-bulk", args=[page.code, name])

    alone = [one for one in page.changes() if one.place != "edit"]
    found = [
        Verb(one.name, one.verb or one.label, one.icon, address(one.name)) for one in alone if one.place == "assign"
    ]
    if any(one.place == "edit" for one in page.changes()):
        found.append(Verb("edit", gettext("Change a field"), "pencil", address("edit")))
    found += [Verb(one.name, one.verb or one.label, one.icon, address(one.name)) for one in alone if one.place == "tag"]
    if page.deletable:
        found.append(Verb("delete", gettext("Delete"), "trash", address("delete")))
    return found
