"""Changing many tasks at once: set-based, with one batch event and a timeline line for each closed task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.history.origin import current_origin
from customers.choices import TaskState
from customers.events import TaskCancelled, TaskFinished, TaskReopened, TasksChanged
from customers.models import Task
from customers.services.tasking.repeating import continue_series, lock_series
from customers.services.timeline import insert_activities

if TYPE_CHECKING:
    from crm_site.staff.models import User

# One line each for tasks with a customer, in the order of the timeline's columns.
CLOSED = """
SELECT customer_id, %s, now(), %s::bigint, 'task', id, jsonb_build_object('title', title, 'by', %s::text), ''
FROM customers_task WHERE id = ANY(%s) AND customer_id IS NOT NULL
"""
VERBS = {
    TaskState.DONE: TaskFinished.verb,
    TaskState.CANCELLED: TaskCancelled.verb,
    TaskState.OPEN: TaskReopened.verb,
}


def change_tasks(rows: QuerySet[Task], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all rows the same facts; a new owner brings the team along. Returns how many rows there are."""
    values = dict(facts)
    if values.get("owner") is not None and "team" not in values:
        values["team"] = values["owner"].team
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Task.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now())
        _tell(len(keys), ",".join(facts), actor)
    return len(keys)


def set_state_of_tasks(rows: QuerySet[Task], state: str, actor: User | None) -> int:
    """Close or reopen all rows, and let the series of closed ones go on. Returns how many rows there are."""
    values: dict[str, Any] = {"state": state, "done_at": Now() if state == TaskState.DONE else None}
    with transaction.atomic():
        repeating = list(rows.filter(series_id__isnull=False).values_list("series_id", "number"))
        lock_series(*(series_id for series_id, _number in repeating))
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Task.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now())
        by = (actor.pk, actor.short_name) if actor is not None else (None, "")
        insert_activities(CLOSED, [VERBS[TaskState(state)], *by, keys])
        if state != TaskState.OPEN:
            for series_id, number in repeating:
                continue_series(series_id, number or 1)
        _tell(len(keys), "state", actor)
    return len(keys)


def _tell(count: int, fields: str, actor: User | None) -> None:
    publish_batch(TasksChanged(count=count, fields=fields, operation_id=current_origin().operation or 0), actor)
