"""Forgetting what imports leave behind: checked rows and uploaded files, after some time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.imports.models import Import, MoveIn
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job

KEPT_FOR = dt.timedelta(days=30)
ABANDONED_AFTER = dt.timedelta(days=2)
BATCH = 20_000


@job("forget_imports", _("Forget old imports' files and rows"), "setup", listed=False)
def forget_imports(context: JobContext) -> dict[str, Any]:
    """Delete rows and files of imports older than 30 days, and of those that nobody went on with for two.

    The imports themselves stay, with their counts; what they wrote is untouched.
    """
    now = timezone.now()
    old = Import.objects.filter(created_at__lt=now - KEPT_FOR)
    rows = files = 0
    for one in old.exclude(path="").order_by("pk").iterator(chunk_size=200):
        context.raise_if_cancelled()
        rows += _drop_rows(one)
        files += drop_file(one)
    abandoned = Import.objects.filter(
        run=None, move_in=None, trial_run=None, created_at__lt=now - ABANDONED_AFTER
    ) | Import.objects.filter(run=None, move_in__run=None, created_at__lt=now - KEPT_FOR)
    for one in abandoned.order_by("pk"):
        context.raise_if_cancelled()
        rows += _drop_rows(one)
        files += drop_file(one)
        one.delete()
    MoveIn.objects.filter(run=None, files=None, created_at__lt=now - ABANDONED_AFTER).delete()
    return {"rows": rows, "files": files + _drop_strays(now)}


def _drop_rows(one: Import) -> int:
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM imports_stagedrow WHERE id IN "
                "(SELECT id FROM imports_stagedrow WHERE import_id = %s LIMIT %s)",
                [one.pk, BATCH],
            )
            gone += int(cursor.rowcount)
            if cursor.rowcount < BATCH:
                return gone


def drop_file(one: Import) -> int:
    """Delete the uploaded copy and the failures file of an import; return how many there were."""
    gone = 0
    folder = Path(settings.MEDIA_ROOT) / "imports"
    paths = [folder / f"import-{one.pk}-failures.csv"]
    if one.is_own_copy and one.path:
        paths.append(one.file)
    for path in paths:
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            path.unlink()
            gone += 1
    Import.objects.filter(pk=one.pk).update(path="")
    return gone


def _drop_strays(now: dt.datetime) -> int:
    """Delete files that no import knows: of uploads that broke off, and of imports that were deleted."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    if not folder.is_dir():
        return 0
    known = set(Import.objects.exclude(path="").values_list("path", flat=True))
    gone = 0
    for path in folder.iterdir():
        old = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < now - KEPT_FOR
        if path.is_file() and old and str(path) not in known:
            path.unlink()
            gone += 1
    return gone
