"""The jobs that try and import a file."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm_site.imports.arriving import arriving
from crm_site.imports.loading import finish, load
from crm_site.imports.models import Import
from crm_site.imports.staging import Progress
from crm_site.imports.trials import clear_staged, is_tried, try_import
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job


@job("import", _("Import"), "setup", {"import_id": Parameter(int, _("Import"))}, listed=False)
def run_import(context: JobContext, *, import_id: int) -> dict[str, Any]:
    """Read, check and load a file. Safe to repeat: both halves go on where the last transaction ended."""
    one = Import.objects.select_related("move_in").get(pk=import_id)
    if context.checkpoint.get("staged") or take_tried(one, context):
        load(one, context)
    else:
        if not context.checkpoint.get("begun"):
            clear_staged(one)
            with transaction.atomic():
                context.save_checkpoint(begun=True)
        with arriving(one, context, context) as arrivals:
            load(one, context, arrivals)
    finish(one, context)
    return {name: context.counts.get(name, 0) for name in ("rows", "created", "updated", "skipped", "failed")} | {
        name: count for name, count in context.counts.items() if name not in ("rows",)
    }


def take_tried(one: Import, context: Progress) -> bool:
    """Take the rows that a trial of the same settings has read, if there was one."""
    if not is_tried(one) or context.checkpoint.get("begun"):
        return False
    with transaction.atomic():
        context.count(**one.trial["read"])
        context.save_checkpoint(staged=True, read=one.trial["read"])
    return True


@job("import_trial", _("Trial of an import"), "setup", {"import_id": Parameter(int, _("Import"))}, listed=False)
def run_trial(context: JobContext, *, import_id: int) -> dict[str, Any]:
    """Read and check a file, load it and roll back. A repeat begins again."""
    one = Import.objects.select_related("move_in").get(pk=import_id)
    found = try_import(one, context.user, context)
    return {name: found[name] for name in ("rows", "created", "updated", "skipped", "failed")}
