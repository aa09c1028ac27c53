"""What can be changed on many rows of a list at once, declared on the list and done by the services of its app."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from django import forms
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

Apply = Callable[[QuerySet[Any], Any, "User"], int]
Rows = Callable[[QuerySet[Any], Any], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Rows that a change leaves alone: `condition(value)` says which, and `reason` why, after "37 of 40 …:"."""

    reason: StrOrPromise
    condition: Callable[[Any], Q]


@dataclass(frozen=True, kw_only=True)
class BulkField:
    """One change of many records.

    `apply(rows, value, actor)` is a service: it gets at most a few hundred rows that the actor may change and that
    differ, writes them with set-based SQL (`version + 1`, one batch event, a timeline line where a single edit writes
    one), and returns how many. The value is typed into `form_field` (by default the field of that name) of the list's
    `form_class`, or into the field that `field(user)` makes where no form has one. Rows that `path` says have the
    value already are left out; `unchanged(rows, value)` finds them where no path does. With `place` "assign" or "tag"
    the change has a button of its own on the bar, which says `verb`; the others stand behind "Change a field".
    """

    name: str
    label: StrOrPromise
    apply: Apply
    form_field: str = ""
    field: Callable[[User], forms.Field] | None = None
    path: str = ""
    unchanged: Rows | None = None
    blocks: Sequence[Block] = ()
    place: str = "edit"
    verb: StrOrPromise = ""
    icon: str = "pencil"

    def same(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Return those of the rows that have the value already."""
        if self.unchanged is not None:
            return self.unchanged(rows, value)
        path = self.path or self.name
        return rows.filter(**{f"{path}__isnull": True} if value is None else {path: value})
