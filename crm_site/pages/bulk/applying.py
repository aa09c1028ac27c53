"""Doing a bulk action: a few hundred records at once in one transaction, more by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict

from crm_site.history.choices import OperationKind
from crm_site.history.deleting import delete_records
from crm_site.history.models import Operation
from crm_site.history.operations import operation, resume_operation
from crm_site.jobs.models import JobRun
from crm_site.jobs.starting import start_job
from crm_site.pages.bulk.changes import change_of, changing_rows, editable, read_value
from crm_site.pages.models import BulkChange

if TYPE_CHECKING:
    from crm_site.pages.bulk.selection import Selection
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

AT_ONCE = 500
CHUNK = 500
DELETE = "delete"


class Work:
    """One bulk action of one person: which rows it still concerns, and what it does to some of them."""

    def __init__(self, page: ListPage[Any], selection: Selection, action: str, data: QueryDict, user: User) -> None:
        self.page, self.selection, self.action, self.user = page, selection, action, user
        self.kind = OperationKind.DELETE if action == DELETE else OperationKind.BULK_EDIT
        if action == DELETE:
            return
        self.change = change_of(page, action, user)
        self.value: Any = read_value(page, self.change, user, data).cleaned_data["value"]

    def rows(self) -> QuerySet[Any]:
        """Return the rows that the action concerns now; what it has changed is no longer among them."""
        rows = self.selection.rows(self.page, self.user)
        if self.action == DELETE:
            return editable(rows, self.user)
        return changing_rows(rows, self.change, self.value, self.user)

    def locked(self, *, after: int = 0, limit: int) -> list[int]:
        """Lock the next rows in the order of their keys, so that two bulk actions never deadlock."""
        rows = self.rows().filter(pk__gt=after).order_by("pk").select_for_update(of=("self",))
        return list(rows.values_list("pk", flat=True)[:limit])

    def apply(self, keys: list[int], into: Operation) -> int:
        """Do it to these rows, as a part of the operation; return how many there were."""
        rows = self.page.model._default_manager.filter(pk__in=keys)
        if self.action == DELETE:
            before = into.count
            delete_records(rows, actor=self.user, into=into)
            return into.count - before
        return self.change.apply(rows, self.value, self.user)


def apply_at_once(work: Work, title: str) -> Operation | None:
    """Do the action in one transaction; return None when it concerns more rows than that, and nothing was done."""
    with transaction.atomic():
        keys = work.locked(limit=AT_ONCE + 1)
        if len(keys) > AT_ONCE:
            return None
        count = 0 if work.action == DELETE else len(keys)
        with operation(work.kind, actor=work.user, module=work.page.module, title=title, count=count) as opened:
            work.apply(keys, opened)
    return opened


def apply_as_job(work: Work, title: str, data: QueryDict) -> JobRun:
    """Write the action down and start the job that does it."""
    with transaction.atomic():
        asked = BulkChange.objects.create(
            list_code=work.page.code,
            action=work.action,
            selection=work.selection.kept(),
            data={"title": title, "value": data.getlist("value")},
            actor=work.user,
        )
        run = start_job("bulk-change", {"change": asked.pk}, work.user)
        asked.run = run
        asked.save(update_fields=["run"])
    return run


def apply_chunk(work: Work, into: Operation, after: int) -> tuple[int, int]:
    """Do the next rows as a part of an operation; return the last key, 0 at the end, and how many there were."""
    with resume_operation(into.pk, actor=work.user):
        keys = work.locked(after=after, limit=CHUNK)
        return (keys[-1], work.apply(keys, into)) if keys else (0, 0)
