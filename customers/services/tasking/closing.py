"""Finishing, cancelling and reopening tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crm_site.events.publishing import publish
from crm_site.lib.text import clean_text
from crm_site.staff.versioning import save_versioned
from customers.choices import TaskState
from customers.events import TaskCancelled, TaskFinished, TaskReopened
from customers.models import Task, TaskSeries
from customers.services.tasking.planning import key_of, plan_task
from customers.services.tasking.repeating import continue_series, follow_series, lock_series

if TYPE_CHECKING:
    from crm_site.staff.models import User


class TaskStateError(Exception):
    """The task does not stand where this can be done to it."""


def finish_task(
    task: Task,
    version: int,
    user: User | None,
    *,
    outcome: str = "",
    next_step: Mapping[str, Any] | None = None,
) -> Task | None:
    """Say that a task is done, with what came of it, and plan the next step in the same transaction.

    Returns the next step. The next occurrence of a series follows by itself. Raises StaleVersionError when the task
    has moved on, TaskStateError when it is not open.
    """
    if not task.is_open:
        raise TaskStateError
    words = clean_text(outcome, multiline=True).strip()
    with transaction.atomic():
        lock_series(task.series_id)
        save_versioned(task, version, {"state": TaskState.DONE, "done_at": timezone.now(), "outcome": words})
        publish(TaskFinished(task_id=task.pk, actor_id=key_of(user)), user)
        _continue(task)
        if next_step is None:
            return None
        carried = {"customer": task.customer, "subject_kind": task.subject_kind, "subject_id": task.subject_id}
        return plan_task({**carried, "owner": task.owner, **next_step}, user)


def cancel_task(task: Task, version: int, user: User | None, *, following: bool = False) -> None:
    """Say that a task is not to be done; with `following` its series ends with it."""
    if not task.is_open:
        raise TaskStateError
    with transaction.atomic():
        lock_series(task.series_id)
        save_versioned(task, version, {"state": TaskState.CANCELLED})
        publish(TaskCancelled(task_id=task.pk, actor_id=key_of(user)), user)
        if following:
            follow_series(task, None, None, task.due_date)
        else:
            _continue(task)


def reopen_task(task: Task, version: int, user: User | None) -> None:
    """Say that a closed task is to be done after all; what came of it stays written."""
    if task.is_open:
        raise TaskStateError
    with transaction.atomic():
        save_versioned(task, version, {"state": TaskState.OPEN, "done_at": None})
        publish(TaskReopened(task_id=task.pk, actor_id=key_of(user)), user)


def close_task_as(task: Task, version: int, state: str, outcome: str, user: User | None) -> None:
    """Bring a task into a state by the way that leads there; nothing happens where it is there already."""
    if state == task.state:
        return
    with transaction.atomic():
        if not task.is_open:
            reopen_task(task, version, user)
            version = task.version
        if state == TaskState.DONE:
            finish_task(task, version, user, outcome=outcome)
        elif state == TaskState.CANCELLED:
            cancel_task(task, version, user)


def _continue(task: Task) -> None:
    if task.series_id is not None and TaskSeries.objects.running().filter(pk=task.series_id).exists():
        continue_series(task.series_id, task.number or 1)
