"""The job that imports a file."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from crm_site.imports.loading import finish, load
from crm_site.imports.models import Import
from crm_site.imports.staging import stage
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job

# Below, the planner's guesses do no harm, and a look at the rows of all imports would cost more than the import.
MANY_ROWS = 10_000


@job("import", _("Import"), "setup", {"import_id": Parameter(int, _("Import"))}, listed=False)
def run_import(context: JobContext, *, import_id: int) -> dict[str, Any]:
    """Read, check and load a file. Safe to repeat: both halves go on where the last transaction ended."""
    one = Import.objects.get(pk=import_id)
    if not context.checkpoint.get("staged"):
        stage(one, context)
        if context.counts.get("rows", 0) > MANY_ROWS:
            with connection.cursor() as cursor:
                cursor.execute('ANALYZE imports_stagedrow (import_id, "group", state, line)')
    load(one, context)
    finish(one, context)
    return {name: context.counts.get(name, 0) for name in ("rows", "created", "updated", "skipped", "failed")} | {
        name: count for name, count in context.counts.items() if name not in ("rows",)
    }
