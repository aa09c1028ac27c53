"""Bringing single records back from the trash, and single values back from the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish_batch
from crm_site.history import rows
from crm_site.history.choices import OperationKind
from crm_site.history.events import RecordsRestored
from crm_site.history.models import Change, Operation, TrashedRecord
from crm_site.history.operations import operation
from crm_site.history.restorers import Restorer, restorer_of
from crm_site.history.tracking import CUSTOM, TrackedTable, tracked_tables

if TYPE_CHECKING:
    from crm_site.staff.models import User


class CannotRestoreError(Exception):
    """Something stands in the way; the message says what, for people."""


def restore_trashed(trashed: TrashedRecord, actor: User | None) -> Operation:
    """Bring a deleted record back with everything that went with it; raise CannotRestoreError.

    Either all of it comes back or nothing.
    """
    gone = _rows_with(trashed)
    title = trashed.label
    with operation(OperationKind.RESTORE, actor=actor, module=trashed.module, title=title, count=1) as opened:
        if not TrashedRecord.objects.filter(pk=trashed.pk).delete()[0]:
            raise CannotRestoreError(_("“%(record)s” has come back already.") % {"record": title})
        try:
            for table in tracked_tables().values():
                if table.name in gone:
                    rows.checked(lambda table=table: rows.insert_rows(table, gone[table.name]))  # type: ignore[misc]  # bound
        except IntegrityError as error:
            raise CannotRestoreError(
                _("“%(record)s” cannot come back: another record has taken its place, or what it belongs to is gone.")
                % {"record": title}
            ) from error
        _link_again(trashed, gone)
        publish_batch(RecordsRestored(count=1, operation_id=opened.pk), actor)
    return opened


def _rows_with(trashed: TrashedRecord) -> dict[str, dict[int, rows.Values]]:
    """Return the deleted rows of a record and of everything that pointed to it, by table."""
    found: dict[str, dict[int, rows.Values]] = {}
    for table in tracked_tables().values():
        wanted = [trashed.record_id] if table.name == trashed.table_name else _pointing(trashed, table, found)
        taken = rows.deleted_rows(trashed.operation_id, table, wanted) if wanted else {}
        if taken:
            found[table.name] = taken
    return found


def _pointing(trashed: TrashedRecord, table: TrackedTable, found: dict[str, dict[int, rows.Values]]) -> list[int]:
    keys: set[int] = set()
    for column, model in table.references.items():
        parents = found.get(model._meta.db_table)
        if parents:
            deleted = Change.objects.filter(operation_id=trashed.operation_id, table_name=table.name, action="D").extra(
                where=["(before->>%s)::bigint = ANY(%s)"], params=[column, list(parents)]
            )
            keys |= set(deleted.values_list("record_id", flat=True))
    return sorted(keys)


def _link_again(trashed: TrashedRecord, gone: dict[str, dict[int, rows.Values]]) -> None:
    """Let rows point to the record again that pointed to it before and point to nothing now."""
    for table in tracked_tables().values():
        for column, model in table.references.items():
            back = gone.get(model._meta.db_table)
            if not back:
                continue
            found = rows.fetch(
                "SELECT record_id, (before->%s)::text FROM history_change WHERE operation_id = %s AND table_name = %s "
                "AND action = 'U' AND (before->>%s)::bigint = ANY(%s)",
                column, trashed.operation_id, table.name, column, list(back),
            )  # fmt: skip
            now = rows.lock_rows(table, [key for key, _text in found])
            puts = {key: {column: text} for key, text in found if key in now and now[key].get(column) == "null"}
            rows.update_rows(table, puts)


def restore_value(change: Change, name: str, record: Any, version: int, actor: User | None) -> None:
    """Set one field of a record back to what it was before `change`, through the app's own service.

    Raises CannotRestoreError where the app offers no such service or the value has lost its meaning, and lets
    StaleVersionError and ValidationError pass.
    """
    restorer = restorer_of(type(record))
    if restorer is not None and name.startswith(CUSTOM) and name in change.before:
        facts = {"custom": {name.removeprefix(CUSTOM): change.before[name]}}
        _restore(restorer, record, version, facts, actor)
        return
    field = field_of(type(record), name)
    if restorer is None or field is None or name not in change.before:
        raise CannotRestoreError(_("This value cannot be restored."))
    value = change.before[name]
    if isinstance(field, models.ForeignKey) and value is not None:
        related: Any = field.related_model
        value = related._base_manager.filter(pk=value).first()
        if value is None:
            raise CannotRestoreError(_("What this value pointed to is gone."))
    else:
        value = field.to_python(value)
    _restore(restorer, record, version, {field.name: value}, actor)


def _restore(restorer: Restorer, record: Any, version: int, facts: dict[str, Any], actor: User | None) -> None:
    with operation(OperationKind.RESTORE, actor=actor, module=record.access_module, title=str(record), count=1):
        restorer.change(record, version, facts, actor)


def field_of(model: type[models.Model], column: str) -> models.Field[Any, Any] | None:
    """Return the field behind a column of the history; None when the model has lost it."""
    return next((field for field in model._meta.concrete_fields if field.column == column), None)
