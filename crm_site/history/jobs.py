"""Jobs of the history: undoing much, and forgetting what is old."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.history.models import Change, Insertion, Operation, TrashedRecord
from crm_site.history.operations import resume_operation
from crm_site.history.undoing import START, Position, Undoing, begin_undo
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from crm_site.jobs.starting import start_job

if TYPE_CHECKING:
    from crm_site.jobs.context import JobContext
    from crm_site.jobs.models import JobRun
    from crm_site.staff.models import User

# Up to here an undo is done while the page waits.
AT_ONCE = 2000
CHUNK = 20_000


def start_undo(done: Operation, actor: User | None) -> JobRun:
    """Undo a large operation by a job; raise AlreadyUndoneError when that was begun before."""
    with transaction.atomic():
        undo = begin_undo(done, actor)
        return start_job("undo", {"undo": str(undo.pk)}, actor)


def is_large(done: Operation) -> bool:
    """Tell whether undoing takes longer than a page may."""
    changed = Change.objects.filter(operation=done)[: AT_ONCE + 1].count()
    inserted = Insertion.objects.filter(operation=done).values_list("record_ids", flat=True)[:200]
    return changed + sum(len(ids) for ids in inserted) > AT_ONCE


@job("undo", _("Undo"), module="customers", parameters={"undo": Parameter(int, _("operation"))}, listed=False)
def undo_job(context: JobContext, undo: int) -> dict[str, Any]:
    """Undo in chunks, each in a transaction with its checkpoint: after a crash it goes on where it stood."""
    opened = Operation.objects.select_related("undoes", "actor").get(pk=undo)
    if opened.undoes is None or opened.finished_at is not None:
        return {"restored": opened.count, "conflicts": opened.conflicts_count}
    undoing = Undoing(opened.undoes, opened, opened.actor)
    stored = context.checkpoint.get("position")
    position: Position | None = (stored[0], stored[1], stored[2]) if stored else START
    total = max(opened.undoes.count, 1)
    while position is not None:
        context.raise_if_cancelled()
        with resume_operation(opened.pk, actor=opened.actor):
            position = undoing.advance(position)
            undoing.save_progress()
            context.save_checkpoint(position=position)
            if position is None:
                undoing.finish()
        context.progress(min(opened.count, total), total)
    return {"restored": opened.count, "conflicts": opened.conflicts_count}


@job("forget_history", _("Forget old history"), module="customers", listed=False)
def forget_history(context: JobContext) -> dict[str, Any]:
    """Empty the trash of what has expired, and drop changes older than HISTORY_DAYS."""
    expired = TrashedRecord.objects.filter(expires_at__lt=timezone.now())
    operations = list(expired.values_list("operation_id", flat=True).distinct())
    trashed, _rows = expired.delete()
    kept = set(TrashedRecord.objects.filter(operation_id__in=operations).values_list("operation_id", flat=True))
    changes = 0
    for key in operations:
        if key not in kept:
            changes += Change.objects.filter(operation_id=key, action="D").delete()[0]
    before = timezone.now() - dt.timedelta(days=settings.HISTORY_DAYS)
    while gone := _drop_before(before):
        changes += gone
        context.raise_if_cancelled()
    Insertion.objects.filter(operation__created_at__lt=before).delete()
    return {"trashed": trashed, "changes": changes}


def _drop_before(moment: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM history_change WHERE id IN "
            "(SELECT id FROM history_change WHERE changed_at < %s ORDER BY changed_at LIMIT %s)",
            [moment, CHUNK],
        )
        return int(cursor.rowcount)
