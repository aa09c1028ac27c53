"""The kinds of records that can be assigned: each app registers its own.

A kind in five lines, in the app's `panels.py` or `rules.py` (called from `AppConfig.ready`)::

    register_kind(AssignmentKind(
        code="visit", label=_("Visits"), subject="visit", module="sales",
        give=give_visit, open_counts=open_visits, waiting=waiting_visits, overdue=overdue_visits,
    ))

`subject` is the code under which the app declared what rules can say about the records (`crm_site.rules`), and
`give` hands one record over by ONE conditional update::

    def give_visit(handover: Handover) -> bool:
        return bool(Visit.objects.filter(pk=handover.record_id, owner_id=handover.former_id).update(
            owner=handover.user, team_id=handover.user.team_id, respond_by=handover.respond_by))

It runs in the transaction of the assignment and may publish events there; False says that somebody else has the record
already, and the place in the day of the person chosen stays free. `respond_by` is for the app to keep: `overdue` finds
what was not answered by then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User


@dataclass(frozen=True, kw_only=True)
class Handover:
    """One record on its way to somebody; `former_id` is whose it must still be, None for nobody's."""

    record_id: int
    user: User
    former_id: int | None
    rule_id: int
    respond_by: dt.datetime | None


@dataclass(frozen=True, kw_only=True)
class AssignmentKind:
    """What an app says of its records: how to give one, who can get one, and which wait for somebody.

    People can be chosen when they may change records of `module`. `open_counts` says how many open records each of
    these people has; people without one may be left out. `waiting` finds the records that nobody has, and `overdue`
    those whose response deadline has passed, each with whose they are. `owners` says whose records are now (None for
    nobody's, nothing for what is gone): with it, what was taken meanwhile is not told as having found nobody.
    """

    code: str
    label: StrOrPromise
    subject: str
    module: str
    give: Callable[[Handover], bool]
    open_counts: Callable[[Sequence[int]], Mapping[int, int]]
    waiting: Callable[[int], Iterable[int]]
    overdue: Callable[[dt.datetime, int], Mapping[int, int]] | None = None
    owners: Callable[[Sequence[int]], Mapping[int, int | None]] | None = None
    record_url: Callable[[int], str] | None = None


class UnknownKindError(LookupError):
    """No app assigns records of that kind."""


_kinds: dict[str, AssignmentKind] = {}


def register_kind(kind: AssignmentKind) -> None:
    """Let records of a kind be assigned."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ImproperlyConfigured(f"Two different kinds of assignment are called {kind.code!r}.")


def unregister_kind(code: str) -> None:
    """Assign records of this kind no more."""
    _kinds.pop(code, None)


def kinds() -> list[AssignmentKind]:
    """Return every kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def get_kind(code: str) -> AssignmentKind:
    """Return the kind of that code; raise UnknownKindError otherwise."""
    try:
        return _kinds[code]
    except KeyError as error:
        raise UnknownKindError(code) from error


def kind_label(code: str) -> str:
    """Return what a kind is called; its code when its app is gone."""
    return str(_kinds[code].label) if code in _kinds else code
