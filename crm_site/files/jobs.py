"""Jobs of files."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.files.keeping import every_kept
from crm_site.files.models import Attachment
from crm_site.history.models import TrashedRecord
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from crm_site.staff.subjects import find_subject

# Younger ones may belong to an upload whose row is not committed yet.
SETTLED_SECONDS = 24 * 3600
DIGEST = re.compile(r"([0-9a-f]{64})(\.webp)?")
CHUNK = 1000


@job("forget_files", _("Forget removed files"), "setup")
def forget_files(context: JobContext) -> dict[str, Any]:
    """Forget attachments that were removed long ago or whose records are gone, then bytes that nobody needs."""
    rows = _forget_removed() + _forget_orphans(context)
    context.raise_if_cancelled()
    files = 0
    batch: dict[str, list[Any]] = {}
    for path in every_kept():
        found = DIGEST.fullmatch(path.name)
        if time.time() - path.stat().st_mtime < SETTLED_SECONDS:
            continue
        if found is None:
            path.unlink(missing_ok=True)  # an upload that broke off
            files += 1
            continue
        batch.setdefault(found[1], []).append(path)
        if len(batch) >= CHUNK:
            files += _forget_bytes(batch)
            context.raise_if_cancelled()
            batch = {}
    files += _forget_bytes(batch)
    context.count(rows=rows, files=files)
    return {"rows": rows, "files": files}


def _forget_removed() -> int:
    limit = timezone.now() - dt.timedelta(days=settings.TRASH_DAYS)
    return Attachment.objects.filter(removed_at__lt=limit).delete()[0]


def _forget_orphans(context: JobContext) -> int:
    """Forget attachments of records that are gone for good: those in the trash may come back, with their files."""
    forgotten = 0
    for kind in Attachment.objects.order_by("subject_kind").values_list("subject_kind", flat=True).distinct():
        subject = find_subject(kind)
        if subject is None:
            continue  # its app may come back
        table = subject.model._meta.db_table
        trashed = TrashedRecord.objects.filter(table_name=table).values("record_id")
        gone = Attachment.objects.filter(subject_kind=kind).exclude(subject_id__in=subject.rows().values("pk"))
        forgotten += gone.exclude(subject_id__in=trashed).delete()[0]
        context.raise_if_cancelled()
    return forgotten


def _forget_bytes(batch: dict[str, list[Any]]) -> int:
    needed = set(Attachment.objects.filter(sha256__in=batch).values_list("sha256", flat=True))
    forgotten = 0
    for digest, paths in batch.items():
        if digest in needed:
            continue
        for path in paths:
            path.unlink(missing_ok=True)
            forgotten += 1
    return forgotten
