"""Planning and changing tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crm_site.events.publishing import publish
from crm_site.lib.days import organisation_zone
from crm_site.lib.local_times import zone_of
from crm_site.lib.recurrence import Recurrence
from crm_site.staff.versioning import save_versioned
from customers.choices import TaskKind
from customers.events import TaskChanged, TaskMoved, TaskPlanned
from customers.models import Task
from customers.services.tasking.repeating import begin_series, follow_series, lock_series
from customers.services.tasking.timing import Planned

if TYPE_CHECKING:
    from crm_site.staff.models import User

PEOPLE = ("attendees", "guests")
TIMES = ("day", "clock", "due_at")
# Each of these, changed, moves one of the stored moments.
TIMING = (*TIMES, "zone", "all_day", "kind", "duration", "remind_minutes")


class Unchanged:
    """Says that how a task repeats stays as it is."""


UNCHANGED = Unchanged()
Repeat = Recurrence | None | Unchanged


def plan_task(facts: Mapping[str, Any], user: User | None, repeat: Recurrence | None = None) -> Task:
    """Plan a task, and with `repeat` the series it begins.

    When is `day` with `clock` (None for the whole day), local in `zone`, or an exact `due_at`. Without an owner the
    task is the user's. The first day of a series is the first that its rule has.
    """
    values = {name: value for name, value in facts.items() if name not in (*PEOPLE, *TIMES, "all_day")}
    _assign(values, user)
    zone = values.get("zone") or (user.time_zone if user is not None else str(organisation_zone()))
    planned = _planned(Task(**{**values, "zone": zone}), facts)
    if repeat is not None and (first := repeat.first(planned.day)) not in (None, planned.day):
        planned = replace(planned, day=first, instant=None)
    with transaction.atomic():
        task = Task(**{**values, **planned.columns(timezone.now())})
        task.search_text = task.found_by
        task.save(force_insert=True)
        set_people(task, facts)
        if repeat is not None:
            begin_series(task, repeat, planned.clock)
        publish(TaskPlanned(task_id=task.pk, actor_id=key_of(user)), user)
    return task


def change_task(
    task: Task,
    version: int,
    facts: Mapping[str, Any],
    user: User | None,
    *,
    repeat: Repeat = UNCHANGED,
    following: bool = False,
) -> None:
    """Change a task that was read at `version`; raise StaleVersionError when it has moved on.

    Of a series this one is changed alone, or with `following` this and all later ones. Another `repeat` always
    concerns the later ones too; None ends the series with this one.
    """
    values = {name: value for name, value in facts.items() if name not in (*PEOPLE, *TIMES, "all_day")}
    owner = values.get("owner")
    if owner is not None and "team" not in values and owner.pk != task.owner_id:
        values["team"] = owner.team
    planned, former = None, task.due_date
    if any(name in facts for name in TIMING) or isinstance(repeat, Recurrence):
        planned = _planned(_with(task, values), facts)
        if isinstance(repeat, Recurrence) and (first := repeat.first(planned.day)) is not None:
            planned = planned if first == planned.day else replace(planned, day=first, instant=None)
        values |= _moments(task, planned)
    with transaction.atomic():
        lock_series(task.series_id)
        save_versioned(task, version, {**values, "search_text": _with(task, values).found_by})
        set_people(task, facts)
        if following or not isinstance(repeat, Unchanged):
            clock = planned.clock if planned is not None and {*TIMES, "all_day"} & facts.keys() else UNCHANGED
            follow_series(task, repeat, clock, former)
        publish(TaskChanged(task_id=task.pk, fields=",".join(facts)), user)


def move_task(task: Task, version: int, day: dt.date, clock: dt.time | None, user: User | None) -> None:
    """Put a task to another local day and time of its zone, this one alone; None is the whole day."""
    planned = _planned(task, {"day": day, "clock": clock})
    with transaction.atomic():
        save_versioned(task, version, _moments(task, planned))
        publish(TaskMoved(task_id=task.pk, day=day.isoformat(), actor_id=key_of(user)), user)


def key_of(user: User | None) -> int:
    """Return the key of who did it for an event; 0 for nobody."""
    return user.pk if user is not None else 0


def set_people(task: Task, facts: Mapping[str, Any]) -> None:
    """Write who takes part, where the facts say so."""
    for name in PEOPLE:
        if facts.get(name) is not None:
            getattr(task, name).set(facts[name])


def _planned(task: Task, facts: Mapping[str, Any]) -> Planned:
    """Return when a task is planned once the facts are in it; what they leave out stays."""
    zone, kept = zone_of(task.zone), task.due_at is not None
    day = task.due_date if kept else None
    clock = task.clock if kept else None
    instant = task.due_at if kept and not task.all_day else None
    if "due_at" in facts:
        instant = facts["due_at"]
        local = instant.astimezone(zone)
        day, clock = local.date(), local.time()
    if "day" in facts or "clock" in facts:
        day, clock, instant = facts.get("day", day), facts.get("clock", clock), None
    elif "zone" in facts and kept:
        instant = None
    if facts.get("all_day"):
        clock = None
    if day is None:
        raise ValueError("a task needs a day")
    return Planned(
        day=day,
        clock=clock,
        zone=str(zone),
        kind=task.kind,
        duration=task.duration,
        remind_minutes=task.remind_minutes,
        instant=instant,
    )


def _moments(task: Task, planned: Planned) -> dict[str, Any]:
    """Return the columns of a new plan; who was reminded is reminded again only of another moment."""
    columns = planned.columns(timezone.now())
    if columns["remind_at"] == task.remind_at:
        columns["reminded_at"] = task.reminded_at
    return columns


def _with(task: Task, values: Mapping[str, Any]) -> Task:
    """Return a copy of the task with other values, not saved."""
    copy = Task.objects.model()
    for field in Task._meta.concrete_fields:
        setattr(copy, field.attname, getattr(task, field.attname))
    for name, value in values.items():
        setattr(copy, name, value)
    return copy


def _assign(values: dict[str, Any], user: User | None) -> None:
    if values.get("owner") is None and user is not None:
        values["owner"] = user
    if values.get("team") is None and values.get("owner") is not None:
        values["team"] = values["owner"].team
    if not values.get("kind"):
        values["kind"] = TaskKind.TASK
