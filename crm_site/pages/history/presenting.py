"""Changes as people read them: field by field, with the names behind keys."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm_site.fields.definitions import all_fields_of
from crm_site.history.choices import Action
from crm_site.history.conflicts import Conflict
from crm_site.history.models import Change
from crm_site.history.restorers import restorer_of
from crm_site.history.restoring import field_of
from crm_site.history.tracking import CUSTOM, TrackedTable, tracked_tables
from crm_site.pages import formatting
from crm_site.pages.fields.facts import stored_words

if TYPE_CHECKING:
    from crm_site.staff.models import User

MAX_WORDS = 200

Names = dict[type[models.Model], dict[int, str]]


@dataclass(frozen=True)
class Line:
    """One field: what it was, what it became, and the column to restore where that is possible."""

    label: str
    before: str
    after: str
    column: str = ""


@dataclass
class ToldChange:
    """One row's change: when, by whom, through what, and its lines; `title` names a row of the record's own rows."""

    change: Change
    title: str
    removed: bool
    lines: list[Line] = field(default_factory=list)

    @property
    def actor(self) -> str:
        """Who did it, or what did it."""
        return str(self.change.actor) if self.change.actor is not None else _("The system")

    @property
    def way(self) -> str:
        """Through what it came in."""
        return str(self.change.get_via_display())


def told_changes(changes: Sequence[Change], user: User, *, restorable: bool) -> list[ToldChange]:
    """Return the changes as people read them, leaving out those of hidden columns only.

    Names behind keys are shown only where the reader may see the record. `restorable` offers to restore values.
    """
    names = _names(changes, user)
    found = []
    for change in changes:
        table = tracked_tables().get(change.table_name)
        if table is None:
            continue
        removed = change.action == Action.DELETE
        own = table.model is table.root_model
        title = "" if own else _capital(str(table.model._meta.verbose_name))
        told = ToldChange(change, title, removed)
        offers = restorable and own and not removed and restorer_of(table.model) is not None
        for name, before in _flat(change.before).items():
            line = _line(table, name, before, (change.after or {}).get(name), names, removed)
            if line is not None:
                told.lines.append(Line(line.label, line.before, line.after, name if offers else ""))
        if told.lines or (removed and own):
            found.append(told)
    return found


def _line(table: TrackedTable, name: str, before: Any, after: Any, names: Names, removed: bool) -> Line | None:
    if name.startswith(CUSTOM):
        return _custom_line(table, name, before, after)
    about = field_of(table.model, name)
    if about is None or name in table.tracking.hidden or name not in table.told:
        return None
    if removed and (before in (None, "", False) or name == table.root_column):
        return None
    return Line(_capital(str(about.verbose_name)), _words(about, before, names), _words(about, after, names))


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with the custom fields of a whole row one by one."""
    own = values.get("custom")
    if not isinstance(own, dict):
        return values
    rest = {name: value for name, value in values.items() if name != "custom"}
    return rest | {f"{CUSTOM}{name}": value for name, value in own.items()}


def _custom_line(table: TrackedTable, name: str, before: Any, after: Any) -> Line | None:
    fields = {field.name: field for field in all_fields_of(getattr(table.model, "custom_host", ""))}
    field = fields.get(name.removeprefix(CUSTOM))
    return Line(field.label, stored_words(field, before), stored_words(field, after)) if field else None


def _words(about: models.Field[Any, Any], value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    related = about.related_model if isinstance(about, models.ForeignKey) else None
    if isinstance(related, type):
        return names.get(related, {}).get(value) or _("unknown")
    if about.choices:
        return str(dict(about.flatchoices).get(value, value))
    return _plain(about, value)[:MAX_WORDS]


def _plain(about: models.Field[Any, Any], value: Any) -> str:
    if isinstance(about, models.BooleanField):
        return formatting.yes_no(value)
    if isinstance(about, models.DateTimeField):
        at = parse_datetime(str(value))
        return formatting.moment(at) if at is not None else str(value)
    if isinstance(about, models.DateField):
        return formatting.date(dt.date.fromisoformat(str(value)))
    if isinstance(about, models.DecimalField):
        return formatting.decimal(value, about.decimal_places or 0)
    return str(value)


def _names(changes: Iterable[Change], user: User) -> Names:
    """Return the names behind every key in the changes: one query a model."""
    asked: dict[type[models.Model], set[int]] = defaultdict(set)
    for change in changes:
        table = tracked_tables().get(change.table_name)
        for name, value in (*change.before.items(), *(change.after or {}).items()) if table else ():
            about = field_of(table.model, name) if table else None
            related = about.related_model if isinstance(about, models.ForeignKey) else None
            if isinstance(related, type) and isinstance(value, int) and about is not None:
                asked[related].add(value)
    found: Names = defaultdict(dict)
    for model, ids in asked.items():
        rows: Any = model._default_manager.filter(pk__in=ids)
        rows = rows.visible_to(user) if hasattr(rows, "visible_to") else rows
        found[model] = {row.pk: str(row) for row in rows}
    return found


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class ToldConflict:
    """What an undo left alone: which record, which field, why, and what stands there now."""

    label: str
    url: str
    field: str
    reason: str
    now: str


def told_conflicts(conflicts: Sequence[Conflict], user: User) -> list[ToldConflict]:
    """Return the conflicts as people read them; records out of the reader's sight stay nameless."""
    asked: dict[str, set[int]] = defaultdict(set)
    for one in conflicts:
        asked[one.table].add(one.id)
    rows: dict[tuple[str, int], Any] = {}
    for name, ids in asked.items():
        table = tracked_tables().get(name)
        manager: Any = table.model._default_manager.all() if table else None
        if manager is not None and hasattr(manager, "visible_to"):
            rows |= {(name, row.pk): row for row in manager.visible_to(user).filter(pk__in=ids)}
    return [_told_conflict(one, rows.get((one.table, one.id))) for one in conflicts]


def _told_conflict(conflict: Conflict, row: Any) -> ToldConflict:
    table = tracked_tables().get(conflict.table)
    about = field_of(table.model, conflict.column) if table and conflict.column else None
    label = str(row) if row is not None else f"{table.model._meta.verbose_name if table else ''} {conflict.id}"
    told = row is not None and bool(conflict.now)
    return ToldConflict(
        label=_capital(label),
        url=row.get_absolute_url() if row is not None and hasattr(row, "get_absolute_url") else "",
        field=_capital(str(about.verbose_name)) if about is not None else "",
        reason=conflict.reason,
        now=_words(about, json.loads(conflict.now), {}) if told and about is not None else "",
    )
