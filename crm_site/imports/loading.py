"""Loading staged rows into records, chunk by chunk, with the cursor in the same transaction."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import KINDS
from crm_site.imports.models import Import, RowState
from crm_site.jobs.context import JobContext

NEXT_RANGE = """
SELECT max(found), sum(rows) FROM (
    SELECT "group" AS found, count(*) AS rows FROM imports_stagedrow
    WHERE import_id = %s AND "group" > %s AND state = %s GROUP BY 1 ORDER BY 1 LIMIT %s
) AS nearest
"""


def load(job: Import, context: JobContext) -> None:
    """Load every waiting row; a repeat goes on behind the last chunk that was committed."""
    kind = KINDS[job.kind]
    rows = context.counts.get("rows", 0)
    while True:
        context.raise_if_cancelled()
        with transaction.atomic():
            low = str(context.checkpoint.get("group", ""))
            found = _next_range(job, low, kind.chunk_size)
            if found is None:
                break
            high, size = found
            chunk = Chunk(job, kind, context, low, high)
            chunk.open()
            kind.load(chunk)
            loaded = int(context.checkpoint.get("loaded", 0)) + size
            context.save_checkpoint(group=high, loaded=loaded)
        context.progress(loaded, rows, "writing")


def finish(job: Import, context: JobContext) -> None:
    """Publish one event for all records of the import, once, however often the job is repeated."""
    if context.checkpoint.get("published"):
        return
    with transaction.atomic():
        KINDS[job.kind].publish(job, context.counts, context.user)
        context.save_checkpoint(published=True)


def _next_range(job: Import, low: str, limit: int) -> tuple[str, int] | None:
    params: list[Any] = [job.pk, low, int(RowState.VALID), limit]
    with connection.cursor() as cursor:
        cursor.execute(NEXT_RANGE, params)
        high, size = cursor.fetchone()
    return None if high is None else (high, int(size))
