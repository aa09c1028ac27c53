"""Series of tasks: the next occurrence is made once, whoever asks for it and however often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from crm_site.events.publishing import publish
from crm_site.lib.recurrence import Recurrence
from customers.choices import TaskState
from customers.events import TaskPlanned
from customers.models import Task, TaskSeries
from customers.services.tasking.timing import Planned

# What the occurrences of a series have in common.
SHARED = (
    "kind", "title", "note", "customer_id", "subject_kind", "subject_id", "zone", "duration", "priority",
    "remind_minutes", "place", "owner_id", "team_id",
)  # fmt: skip
MOST_AT_ONCE = 500


def begin_series(task: Task, rule: Recurrence, clock: dt.time | None, number: int = 1) -> TaskSeries:
    """Let a task repeat: it is the first occurrence of a new series, whose latest one is `number`."""
    shared = {name: getattr(task, name) for name in SHARED}
    series = TaskSeries.objects.create(
        **shared,
        all_day=clock is None,
        rule=rule.text,
        first_date=task.due_date,
        first_time=clock,
        last_number=number,
    )
    series.attendees.set(task.attendees.all())
    series.guests.set(task.guests.all())
    Task.objects.filter(pk=task.pk).update(series=series, number=1)
    task.series, task.number = series, 1
    return series


def lock_series(*keys: int | None) -> None:
    """Lock series before their tasks: whoever changes both takes them in this order, so that nobody waits in a ring."""
    found = sorted({key for key in keys if key is not None})
    if found:
        list(TaskSeries.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk").values_list("pk"))


def continue_series(series_id: int, after: int) -> Task | None:
    """Make the occurrence after number `after`, unless it was made already or the series is over.

    The series is locked, so that of several who ask at once exactly one makes it.
    """
    with transaction.atomic():
        series = TaskSeries.objects.select_for_update(of=("self",)).filter(pk=series_id).first()
        if series is None or series.ended or series.last_number != after:
            return None
        day = series.recurrence.occurrence(series.first_date, after + 1)
        if day is None:
            series.ended = True
            series.save(update_fields=["ended"])
            return None
        task = _occurrence(series, after + 1, day)
        series.last_number = after + 1
        series.save(update_fields=["last_number"])
        publish(TaskPlanned(task_id=task.pk, by_series=True))
    return task


def continue_due_series(now: dt.datetime) -> int:
    """Make the next occurrence of every series whose latest is closed, gone or due, and return how many were made."""
    made = 0
    for pk, number in _waiting(now):
        after = number
        while made < MOST_AT_ONCE and (task := continue_series(pk, after)) is not None:
            made += 1
            if task.due_at > now:
                break
            after += 1
    return made


def follow_series(task: Task, repeat: Any, clock: Any, former: dt.date) -> None:
    """Let this and all later occurrences be as the task is now, from a series of their own.

    `repeat` is the new rule, None to end with this one, anything else to keep the rule; `clock` likewise is the new
    local time, or anything else to keep the one the series was planned with. `former` is the day this one had: a
    rule that is kept moves along with it.
    """
    old = None
    if task.series_id is not None:
        old = TaskSeries.objects.select_for_update(of=("self",)).get(pk=task.series_id)
    number = task.number or 1
    later = list(Task.objects.filter(series=old, number__gt=number).order_by("number")) if old else []
    if repeat is None:
        if old is not None:
            _end(old, number)
            _cancel(later)
        return
    if isinstance(repeat, Recurrence):
        rule = repeat
    elif old is not None:
        rule = old.recurrence.without(number - 1).moved(former, task.due_date)
    else:
        return
    time = clock if clock is None or isinstance(clock, dt.time) else old.first_time if old else task.clock
    if old is not None:
        _end(old, number - 1)
    series = begin_series(task, rule, time, 1 + len(later))
    for at, one in enumerate(later, 2):
        _follow(one, series, at)


def _follow(task: Task, series: TaskSeries, number: int) -> None:
    """Make a later occurrence one of the new series; what is closed stays as it was."""
    values: dict[str, Any] = {"series": series, "number": number}
    if task.is_open:
        day = series.recurrence.occurrence(series.first_date, number)
        values |= {"state": TaskState.CANCELLED} if day is None else _facts(series, day)
        values |= {"version": F("version") + 1, "updated_at": timezone.now()}
        task.attendees.set(series.attendees.all())
        task.guests.set(series.guests.all())
    Task.objects.filter(pk=task.pk).update(**values)


def _end(series: TaskSeries, number: int) -> None:
    series.ended, series.last_number = True, number
    series.save(update_fields=["ended", "last_number"])


def _cancel(tasks: list[Task]) -> None:
    keys = [task.pk for task in tasks if task.is_open]
    Task.objects.filter(pk__in=keys).update(
        state=TaskState.CANCELLED, version=F("version") + 1, updated_at=timezone.now()
    )


def _facts(series: TaskSeries, day: dt.date) -> dict[str, Any]:
    """Return the columns of the occurrence on a day."""
    planned = Planned(
        day=day,
        clock=series.first_time,
        zone=series.zone,
        kind=series.kind,
        duration=series.duration,
        remind_minutes=series.remind_minutes,
    )
    shared = {name: getattr(series, name) for name in SHARED}
    return {**shared, **planned.columns(timezone.now())}


def _occurrence(series: TaskSeries, number: int, day: dt.date) -> Task:
    task = Task(series=series, number=number, **_facts(series, day))
    task.search_text = task.found_by
    task.save(force_insert=True)
    task.attendees.set(series.attendees.all())
    task.guests.set(series.guests.all())
    return task


def _waiting(now: dt.datetime) -> Iterator[tuple[int, int]]:
    ahead = Task.objects.open().filter(series=OuterRef("pk"), number=OuterRef("last_number"), due_at__gt=now)
    waiting = TaskSeries.objects.running().exclude(Exists(ahead)).order_by("pk")
    yield from list(waiting.values_list("pk", "last_number")[:MOST_AT_ONCE])
