"""Undoing an operation: what it created goes, what it deleted comes back, what it changed is put back.

What somebody else has touched since is left alone and listed. References to created rows go first; then created rows,
children before parents; then deleted rows come back, parents before children; then all values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from crm_site.events.publishing import publish
from crm_site.history import rows
from crm_site.history.choices import OperationKind, Via
from crm_site.history.conflicts import CHANGED, DENIED, GONE, TAKEN, USED, Conflict
from crm_site.history.events import OperationUndone
from crm_site.history.models import Change, Insertion, Operation, TrashedRecord
from crm_site.history.operations import finish_operation, open_operation, resume_operation
from crm_site.history.restorers import rederive
from crm_site.history.tracking import TrackedTable, tracked_tables

if TYPE_CHECKING:
    from crm_site.staff.models import User

CHUNK = 1000
# A longer value is not repeated in the list of conflicts.
MAX_NOW = 200
# What stands where a custom field is empty.
NOTHING = "null"
STEPS = ("unlink", "remove", "revive", "put_back")
START = (0, 0, 0)

Write = Callable[[TrackedTable, Mapping[int, rows.Values]], None]
Position = tuple[int, int, int]
"""How far an undo is: step, table within the step, and the last key behind it."""


class AlreadyUndoneError(Exception):
    """The operation was undone before."""


@dataclass
class Outcome:
    """What an undo did: how many rows, and what it left alone."""

    undo: Operation
    restored: int = 0
    conflicts: list[Conflict] = field(default_factory=list)


def begin_undo(done: Operation, actor: User | None) -> Operation:
    """Create the operation that undoes `done`; raise AlreadyUndoneError when there is one."""
    try:
        with transaction.atomic():
            return open_operation(
                OperationKind.UNDO, actor=actor, module=done.module, title=str(done)[:200], undoes=done
            )
    except IntegrityError as error:
        raise AlreadyUndoneError from error


def undo_operation(done: Operation, actor: User | None) -> Outcome:
    """Undo an operation in one transaction; raise AlreadyUndoneError when that was done before."""
    with transaction.atomic():
        undoing = Undoing(done, begin_undo(done, actor), actor)
        with resume_operation(undoing.undo.pk, actor=actor):
            position: Position | None = START
            while position is not None:
                position = undoing.advance(position)
            undoing.finish()
    return undoing.outcome


class Undoing:
    """Undoes one operation, a chunk at a time; each chunk is called inside a transaction of its own or a common one."""

    def __init__(self, done: Operation, undo: Operation, actor: User | None) -> None:
        self.done = done
        self.undo = undo
        self.actor = actor
        self.outcome = Outcome(undo)
        self.tables = list(tracked_tables().values())
        self._rederive: dict[str, set[int]] = {}
        self._saved = (0, 0)

    def advance(self, position: Position) -> Position | None:
        """Work the next chunk and return where to go on; None when all is done."""
        step, at, last = position
        order = self.tables[::-1] if STEPS[step] == "remove" else self.tables
        if at >= len(order):
            return (step + 1, 0, 0) if step + 1 < len(STEPS) else None
        reached = getattr(self, f"_{STEPS[step]}")(order[at], last)
        return (step, at + 1, 0) if reached is None else (step, at, reached)

    def save_progress(self) -> None:
        """Write down what was done and left alone so far."""
        restored, conflicts = self.outcome.restored - self._saved[0], self.outcome.conflicts[self._saved[1] :]
        self._saved = (self.outcome.restored, len(self.outcome.conflicts))
        self.undo.count += restored
        self.undo.conflicts_count += len(conflicts)
        kept = [*self.undo.conflicts, *(one.stored() for one in conflicts)]
        self.undo.conflicts = kept[: Operation.MAX_CONFLICTS]
        self.undo.save(update_fields=["count", "conflicts", "conflicts_count"])

    def finish(self) -> None:
        """Close the undo and tell the other apps."""
        self.save_progress()
        TrashedRecord.objects.filter(operation=self.done).delete()
        finish_operation(self.undo)
        publish_undone(self.done, self.undo, self.actor)

    def _unlink(self, table: TrackedTable, last: int) -> int | None:
        """Let rows point no more at what will be removed, but where they pointed before."""
        ids = rows.touched_ids(self.done.pk, table, "U", after=last, limit=CHUNK) if table.references else []
        if not ids:
            return None
        changed = self._changed(table, ids)
        for column, model in table.references.items():
            target = tracked_tables().get(model._meta.db_table)
            if target is None:
                continue
            pairs = {key: columns[column] for key, columns in changed.items() if column in columns}
            ours = rows.inserted_ids(self.done.pk, target, rows.numbers(after for _before, after in pairs.values()))
            there = {*rows.read_rows(target, rows.numbers(before for before, _after in pairs.values())), None}
            now = rows.lock_rows(table, pairs)
            puts = {
                key: {column: before}
                for key, (before, after) in pairs.items()
                if key in now and now[key][column] == after
                if rows.number(after) in ours and rows.number(before) in there
            }
            rows.update_rows(table, puts)
        return ids[-1]

    def _put_back(self, table: TrackedTable, last: int) -> int | None:
        """Put back every value that still stands as the operation left it."""
        ids = rows.touched_ids(self.done.pk, table, "U", after=last, limit=CHUNK)
        if not ids:
            return None
        changed = self._changed(table, ids)
        now = rows.lock_rows(table, changed)
        own = rows.changed_columns(self.undo.pk, table, list(now))
        denied = self._denied(table, {key: rows.number(now[key].get(table.root_column)) for key in now})
        puts: dict[int, rows.Values] = {}
        for key, columns in changed.items():
            if key not in now or key in denied:
                self._leave(table, key, DENIED if key in denied else GONE)
                continue
            put: rows.Values = {}
            for name, (before, left) in columns.items():
                # This undo itself may have taken a reference away, or put it back already.
                after = own.get(key, {}).get(name, (left, left))[1]
                stands = now[key].get(name, NOTHING)
                if stands == after:
                    put[name] = before
                elif stands != before and name not in table.tracking.hidden:
                    self._leave(table, key, CHANGED, name, stands)
            if put:
                puts[key] = put
            if len(put) < len(columns):
                self._rederive.setdefault(table.name, set()).add(key)
        self._write(table, puts, rows.update_rows)
        self._derive_again(table)
        return ids[-1]

    def _changed(self, table: TrackedTable, ids: Sequence[int]) -> dict[int, dict[str, tuple[str, str]]]:
        """Return what the operation changed in rows that it did not create, but for derived and vanished columns."""
        created = rows.inserted_ids(self.done.pk, table, ids)
        found = rows.changed_columns(self.done.pk, table, [key for key in ids if key not in created])
        told = {key: {name: pair for name, pair in one.items() if table.is_told(name)} for key, one in found.items()}
        return {key: columns for key, columns in told.items() if columns}

    def _remove(self, table: TrackedTable, last: int) -> int | None:
        """Delete what the operation inserted, the latest statement first, unless it is in use by now."""
        if table.tracking.permanent:
            return None
        found = Insertion.objects.filter(operation=self.done, table_name=table.name).order_by("-pk")
        part = found.filter(pk__lt=last).first() if last else found.first()
        if part is None:
            return None
        for at in range(0, len(part.record_ids), CHUNK):
            self._remove_rows(table, part.record_ids[at : at + CHUNK])
        return int(part.pk)

    def _remove_rows(self, table: TrackedTable, ids: Sequence[int]) -> None:
        now = rows.lock_rows(table, ids)
        roots = {key: rows.number(values.get(table.root_column)) for key, values in now.items()}
        touched = self._touched_since(table, roots)
        used = self._used(table, [key for key in now if key not in touched])
        denied = self._denied(table, roots)
        gone = [key for key in now if key not in touched and key not in used and key not in denied]
        for key in now:
            if key not in gone:
                why = CHANGED if key in touched else USED if key in used else DENIED
                self._leave(table, key, why)
        if gone:
            table.model._base_manager.filter(pk__in=gone).delete()
            self.outcome.restored += len(gone)

    def _revive(self, table: TrackedTable, last: int) -> int | None:
        """Insert what the operation deleted."""
        ids = rows.touched_ids(self.done.pk, table, "D", after=last, limit=CHUNK)
        if not ids:
            return None
        created = rows.inserted_ids(self.done.pk, table, ids)
        gone = rows.deleted_rows(self.done.pk, table, [key for key in ids if key not in created])
        present = rows.read_rows(table, gone)
        self._write(table, {key: values for key, values in gone.items() if key not in present}, rows.insert_rows)
        return ids[-1]

    def _write(self, table: TrackedTable, values: Mapping[int, rows.Values], write: Write) -> None:
        """Write all rows at once, or one by one when they collide with something, to leave only the colliding ones.

        A row that collides is tried again behind the others: two may change places, as primary ones do.
        """
        if not values:
            return
        try:
            rows.checked(lambda: write(table, values))
            self.outcome.restored += len(values)
        except IntegrityError:
            collided = self._write_singly(table, values, write)
            for key in self._write_singly(table, {key: values[key] for key in collided}, write):
                self._leave(table, key, TAKEN)

    def _write_singly(self, table: TrackedTable, values: Mapping[int, rows.Values], write: Write) -> list[int]:
        """Write rows one by one, and return which collide with something."""
        collided = []
        for key, one in values.items():
            try:
                rows.checked(lambda key=key, one=one: write(table, {key: one}))  # type: ignore[misc]  # bound now
                self.outcome.restored += 1
            except IntegrityError:
                collided.append(key)
        return collided

    def _touched_since(self, table: TrackedTable, roots: Mapping[int, int | None]) -> set[int]:
        """Return which created rows stand on records that the operation created and somebody changed since."""
        root_table = table.root_model._meta.db_table
        found = tracked_tables().get(root_table)
        own = table.model is table.root_model
        asked = {root for root in roots.values() if root is not None}
        made = asked if own or found is None else rows.inserted_ids(self.done.pk, found, asked)
        others = Change.objects.filter(root_table=root_table, root_id__in=made).exclude(
            operation_id__in=[self.done.pk, self.undo.pk]
        )
        # A job that derives something is not somebody: only its own operations count.
        others = others.exclude(via=Via.JOB, operation__isnull=True)
        changed = set(others.values_list("root_id", flat=True))
        return {key for key, root in roots.items() if root in changed}

    def _used(self, table: TrackedTable, ids: Sequence[int]) -> set[int]:
        """Return which created rows something points to that the operation did not create."""
        found: set[int] = set()
        for other in self.tables:
            for column, model in other.references.items():
                if model is not table.model:
                    continue
                pairs = rows.fetch(
                    f'SELECT "{other.key}", "{column}" FROM "{other.name}" '
                    f'WHERE "{column}" = ANY(%s) AND NOT ({other.tracking.derived})',
                    list(ids),
                )
                ours = rows.inserted_ids(self.done.pk, other, [key for key, _to in pairs])
                found |= {to for key, to in pairs if key not in ours}
        return found

    def _denied(self, table: TrackedTable, roots: Mapping[int, int | None]) -> set[int]:
        """Return which rows belong to records that the actor may not change."""
        manager: Any = table.root_model._default_manager.all()
        if self.actor is None or not hasattr(manager, "editable_by"):
            return set()
        asked = {root for root in roots.values() if root is not None}
        mine = set(manager.editable_by(self.actor).filter(pk__in=asked).values_list("pk", flat=True))
        return {key for key, root in roots.items() if root is not None and root not in mine}

    def _leave(self, table: TrackedTable, key: int, why: str, column: str = "", now: str = "") -> None:
        self.outcome.conflicts.append(Conflict(table.name, key, why, column, now if len(now) <= MAX_NOW else ""))

    def _derive_again(self, table: TrackedTable) -> None:
        ids = self._rederive.pop(table.name, set())
        if ids:
            rederive(table.model, ids)


def publish_undone(done: Operation, undo: Operation, actor: User | None) -> None:
    """Tell the apps which tables an undo wrote to."""
    publish(OperationUndone(operation_id=done.pk, undo_id=undo.pk, count=undo.count), actor)


def is_undoable(done: Operation) -> bool:
    """Tell whether there is something to undo that was not undone."""
    return not done.is_undone and (
        Change.objects.filter(operation=done).exists() or Insertion.objects.filter(operation=done).exists()
    )
