"""The job of a bulk action: chunks in the order of the keys, each authorised anew, all undone together."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _

from crm_site.history.models import Operation
from crm_site.history.operations import finish_operation, open_operation
from crm_site.jobs.context import JobCancelledError, JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from crm_site.pages.bulk.applying import Work, apply_chunk
from crm_site.pages.bulk.selection import Selection
from crm_site.pages.lists.registry import open_list
from crm_site.pages.models import BulkChange
from crm_site.pages.preferences import speaking_as
from crm_site.staff.models import User


def _value(asked: BulkChange) -> QueryDict:
    data = QueryDict(mutable=True)
    data.setlist("value", [str(one) for one in asked.data.get("value", ())])
    return data


def _work(asked: BulkChange) -> Work:
    """Return the action as its actor may do it now; raise PermissionDenied when that is no longer so."""
    user = User.objects.get(pk=asked.actor_id)
    try:
        page = open_list(asked.list_code, user)
        allowed = user.is_active and user.access.can_edit(page.module)
    except Http404:
        allowed = False
    if not allowed:
        raise PermissionDenied("the person who asked may no longer change these records")
    return Work(page, Selection.stored(asked.selection), asked.action, _value(asked), user)


def _operation(context: JobContext, asked: BulkChange, work: Work) -> Operation:
    """Return the operation that the chunks belong to; the first attempt opens it."""
    if known := context.checkpoint.get("operation"):
        return Operation.objects.get(pk=known)
    with transaction.atomic():
        title = str(asked.data.get("title", ""))
        opened = open_operation(work.kind, actor=work.user, module=work.page.module, title=title)
        context.save_checkpoint(operation=opened.pk, last=0)
    return opened


@job("bulk-change", _("Bulk change"), "setup", {"change": Parameter(int, _("change"))}, listed=False)
def work_bulk_change(context: JobContext, change: int) -> dict[str, Any]:
    """Do a bulk action chunk by chunk; what was done before a stop stays, and is undone as one."""
    asked = BulkChange.objects.get(pk=change)
    person = User.objects.get(pk=asked.actor_id)
    with speaking_as(person):
        work = _work(asked)
        into = _operation(context, asked, work)
        done, last = context.counts.get("changed", 0), int(context.checkpoint.get("last", 0))
        total = done + work.rows().filter(pk__gt=last).count()
        try:
            while True:
                context.progress(done, total, "writing")
                context.raise_if_cancelled()
                # Whoever asked may have lost the right since the last chunk.
                work = _work(asked)
                with transaction.atomic():
                    last, changed = apply_chunk(work, into, last)
                    if not last:
                        break
                    context.count(changed=changed)
                    context.save_checkpoint(last=last)
                done += changed
        except JobCancelledError:
            _finish(into, done)
            raise
        _finish(into, done)
    return {"operation": into.pk, "changed": done}


def _finish(into: Operation, done: int) -> None:
    into.count = done
    finish_operation(into)
