"""Loading staged rows into records, chunk by chunk, with the cursor in the same transaction."""

from __future__ import annotations

from django.db import transaction

from crm_site.history.choices import OperationKind
from crm_site.history.models import Operation
from crm_site.history.operations import finish_operation, open_operation, resume_operation
from crm_site.imports.arriving import Arrivals
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import KINDS, ImportKind, kind_of
from crm_site.imports.models import Import
from crm_site.imports.ranges import RowRange, next_groups, next_lines
from crm_site.imports.staging import Progress
from crm_site.imports.transactions import quick_commits
from crm_site.jobs.context import JobContext


def load(job: Import, context: Progress, arrivals: Arrivals | None = None) -> None:
    """Load every waiting row; a repeat goes on behind the last chunk that was committed.

    First, in the order of the file, the rows whose keys stand once, as they arrive; then those with repeated keys.
    """
    arrivals = arrivals or Arrivals()
    kind = kind_of(job.kind)
    opened = operation_of(job, context)
    while True:
        context.raise_if_cancelled()
        arrivals.count_into(context)
        complete = arrivals.finished
        if _load_next(job, kind, context, opened, by_key=False):
            continue
        if complete:
            break
        arrivals.wait(context)
    while _load_next(job, kind, context, opened, by_key=True):
        context.raise_if_cancelled()


def _load_next(job: Import, kind: ImportKind, context: Progress, opened: int, *, by_key: bool) -> bool:
    """Load one chunk; return whether there was one."""
    with resume_operation(opened, actor=context.user):
        quick_commits()
        found = next_range(job, kind, context, by_key=by_key)
        if found is None:
            return False
        load_range(job, kind, context, found)
        loaded = int(context.checkpoint.get("loaded", 0)) + found.size
        context.save_checkpoint(**{"group" if by_key else "line": found.high, "loaded": loaded})
    context.progress(loaded, context.counts.get("rows", 0), "writing")
    return True


def next_range(job: Import, kind: ImportKind, context: Progress, *, by_key: bool) -> RowRange | None:
    """Return the next rows behind the cursor."""
    if by_key:
        return next_groups(job, str(context.checkpoint.get("group", "")), kind.chunk_size)
    return next_lines(job, int(context.checkpoint.get("line", 0)), kind.chunk_size)


def load_range(job: Import, kind: ImportKind, context: Progress, found: RowRange) -> Chunk:
    """Write the records of these rows, in the caller's transaction."""
    chunk = Chunk(job, kind, context, found)
    chunk.open()
    kind.load(chunk)
    return chunk


def operation_of(job: Import, context: Progress) -> int:
    """Return the operation that everything written belongs to, so that it can be undone as a whole."""
    if job.operation_id is None:
        with transaction.atomic():
            opened = open_operation(
                OperationKind.IMPORT, actor=context.user, module=KINDS[job.kind].module, title=job.file_name
            )
            Import.objects.filter(pk=job.pk, operation_id=None).update(operation_id=opened.pk)
            job.operation_id = opened.pk
    return int(job.operation_id)


def finish(job: Import, context: JobContext) -> None:
    """Publish one event for all records of the import, once, however often the job is repeated."""
    if context.checkpoint.get("published"):
        return
    with transaction.atomic():
        counts = context.counts
        KINDS[job.kind].publish(job, counts, context.user)
        opened = Operation.objects.get(pk=job.operation_id or 0)
        opened.count = counts.get("created", 0) + counts.get("updated", 0)
        finish_operation(opened)
        context.save_checkpoint(published=True)
