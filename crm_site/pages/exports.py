"""Files of long lists: written by a job, kept for a week for their owner, then removed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.models import JobRun
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from crm_site.jobs.starting import start_job
from crm_site.pages.bulk.selection import Selection
from crm_site.pages.lists.export import Extract
from crm_site.pages.lists.registry import open_list
from crm_site.pages.models import ListExport
from crm_site.pages.preferences import speaking_as
from crm_site.staff.models import User

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage

KEPT = dt.timedelta(days=7)
COUNTED = 10_000_000


def export_as_job(page: ListPage[Any], selection: Selection, kind: str, user: User) -> JobRun:
    """Start writing a file of the selected rows, and return the run that writes it."""
    with transaction.atomic():
        export = ListExport.objects.create(
            code=get_random_string(40),
            list_code=page.code,
            selection=selection.kept(),
            kind=kind,
            language=get_language() or settings.LANGUAGE_CODE,
            owner=user,
            expires_at=timezone.now() + KEPT,
        )
        run = start_job("list-export", {"export": export.pk}, user)
        export.run = run
        export.save(update_fields=["run"])
    return run


def extract_of(export: ListExport) -> Extract:
    """Return the rows of an export as its owner sees them now; raise PermissionDenied without leave to export."""
    user = User.objects.get(pk=export.owner_id)
    try:
        page = open_list(export.list_code, user)
        allowed = user.is_active and user.access.can_export(page.module)
    except Http404:
        allowed = False
    if not allowed:
        raise PermissionDenied("the person who asked may no longer export this list")
    selection = Selection.stored(export.selection)
    return Extract(page, user, selection.read_state(page), selection.keys)


@job("list-export", _("Export of a list"), "setup", {"export": Parameter(int, _("export"))}, listed=False)
def write_export(context: JobContext, export: int) -> dict[str, Any]:
    """Write the file of an export; after a crash it is written again from the start."""
    asked = ListExport.objects.select_related("owner").get(pk=export)
    with speaking_as(asked.owner):
        extract = extract_of(asked)
        total = extract.count(COUNTED)

        def heed(done: int) -> None:
            context.progress(done, total, "writing")
            context.raise_if_cancelled()

        heed(0)
        path = _path(asked)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            extract.write(file, asked.kind, heed)
        with transaction.atomic():
            ListExport.objects.filter(pk=export).update(path=str(path), rows=total)
            extract.announce(asked.kind, total)
            context.save_checkpoint(written=total)
    context.progress(total, total)
    return {"rows": total, "download": reverse("pages:export-download", args=[asked.code])}


def _path(export: ListExport) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / f"{export.code}.{export.kind}"


@job("forget-exports", _("Removing old exports"), "setup", listed=False)
def forget_exports(context: JobContext) -> dict[str, Any]:
    """Remove the files whose time is up."""
    gone = ListExport.objects.filter(expires_at__lte=timezone.now())
    count = 0
    for export in gone.iterator(chunk_size=200):
        _path(export).unlink(missing_ok=True)
        export.delete()
        count += 1
    return {"removed": count}
