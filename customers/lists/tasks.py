"""Lists of tasks: a table, a board by state, and the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.lib.local_times import moment_of, zone_of
from crm_site.pages.lists import (
    Action,
    Board,
    BulkField,
    Calendar,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    Tab,
)
from crm_site.pages.lists.ranges import Days
from customers.choices import Priority, TaskKind, TaskState
from customers.forms.tasks import TaskBulkForm
from customers.lists.within import OF_BRANCH
from customers.models import Task
from customers.services.tasking import change_tasks, move_task, set_state_of_tasks
from customers.services.tasking.telling import when_words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from crm_site.staff.models import User
    from customers.querysets import TaskQuerySet

NEW_TASK = Action(label=_("New task"), icon="plus", url_name="customers:task-create", primary=True, shortcut="c")
SUBSCRIBE = Action(
    label=_("In my calendar"), icon="calendar-share", url_name="customers:task-calendar", for_readers=True
)
PRIORITIES = [(str(key), word) for key, word in Priority.choices]
OVERDUE, TODAY, WEEK = "overdue", "today", "week"


def here() -> ZoneInfo:
    """Return the reader's zone."""
    return zone_of(timezone.get_current_timezone_name())


@dataclass(frozen=True, kw_only=True)
class DueFilter(DateRangeFilter):
    """Days on which tasks are due: moments fall on the reader's days, whole days stay what they are."""

    def narrow(self, queryset: QuerySet[Any], value: Days, user: User) -> QuerySet[Any]:
        """Keep the tasks between the days."""
        rows: Any = queryset
        found: QuerySet[Any] = rows.due_between(*value, here())
        return found


@dataclass(frozen=True, kw_only=True)
class DueColumn(Column):
    """When a task is due: the day, and the time where it has one."""

    @property
    def cell_template(self) -> str:
        """Return nothing: the words are enough, on cards too."""
        return ""

    def words(self, record: Task, value: Any) -> str:
        """Return when it is due, in the reader's zone."""
        return when_words(record)


def pressing(rows: QuerySet[Any], codes: list[str]) -> QuerySet[Any]:
    """Keep open tasks that are overdue, due today, or due in the next seven days."""
    tasks: TaskQuerySet = rows.open()  # type: ignore[attr-defined]  # the list is of tasks
    today = timezone.localdate()
    found = tasks.none()
    if OVERDUE in codes:
        found = found | tasks.overdue(timezone.now())
    if TODAY in codes:
        found = found | tasks.due_on(today, here())
    if WEEK in codes:
        found = found | tasks.due_between(today, today + dt.timedelta(days=6), here())
    return found


def move_as_shown(task: Task, version: int, day: dt.date, clock: dt.time | None, user: User) -> None:
    """Put a task to where a reader sees it: a time counts in the reader's zone, a whole day is one anywhere."""
    if clock is not None:
        local = moment_of(day, clock, here()).astimezone(zone_of(task.zone))
        day, clock = local.date(), local.time()
    move_task(task, version, day, clock, user)


def set_state(rows: QuerySet[Task], value: Any, actor: User) -> int:
    """Close or open tasks."""
    return set_state_of_tasks(rows, str(value), actor)


class TaskList(ListPage[Task]):
    """What is to be done, by whom, and until when."""

    code = "tasks"
    title = _("Tasks")
    noun = ngettext_lazy("task", "tasks")
    model = Task
    module = "customers"
    url_name = "customers:task-list"
    icon = "checkbox"
    columns = (
        Column(name="title", label=_("Task"), kind="title", context="context_line", edit="title"),
        Column(name="kind", label=_("Kind"), path="get_kind_display"),
        DueColumn(
            name="due", label=_("Due"), kind="moment", path="due_at", sort="due_at", descending=False, phone="value"
        ),
        Column(
            name="priority",
            label=_("Priority"),
            path="get_priority_display",
            sort="priority",
            descending=True,
            edit="priority",
            phone="detail",
        ),
        Column(name="state", label=_("State"), path="get_state_display"),
        Column(name="owner", label=_("Owner"), kind="person", phone="side", head=False, edit="owner"),
        Column(name="customer", label=_("Customer"), path="customer.name", shown=False),
        Column(name="place", label=_("Place"), shown=False, edit="place"),
        Column(name="outcome", label=_("Outcome"), shown=False),
        Column(name="done", label=_("Done"), kind="moment", path="done_at", shown=False),
        Column(name="duration", label=_("Minutes"), kind="number", shown=False),
    )
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="state", label=_("State"), choices=TaskState.choices),
        ChoiceFilter(
            name="when",
            label=_("Pressing"),
            choices=[(OVERDUE, _("Overdue")), (TODAY, _("Today")), (WEEK, _("Next seven days"))],
            conditions=pressing,
        ),
        DueFilter(name="due", label=_("Due"), path="due_at", moments=True),
        ChoiceFilter(name="kind", label=_("Kind"), choices=TaskKind.choices),
        ChoiceFilter(name="priority", label=_("Priority"), choices=PRIORITIES),
        DateRangeFilter(name="done", label=_("Done"), path="done_at", moments=True),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
        OF_BRANCH,
    )
    default_sort = "due"
    select_related = ("owner", "customer")
    search_hint = _("Title or place")
    field_url_name = "customers:task-field"
    form_class = TaskBulkForm
    deletable = True
    board = Board(group="state", columns=TaskState.choices, move="state", card=("due", "priority", "owner"))
    calendar = Calendar(date="due", moment="starts_at", move=move_as_shown)
    bulk_fields = (
        BulkField(
            name="owner",
            label=_("Owner"),
            apply=lambda rows, value, actor: change_tasks(rows, {"owner": value}, actor),
            place="assign",
            verb=_("Assign"),
            icon="user-share",
        ),
        BulkField(name="state", label=_("State"), apply=set_state),
        BulkField(
            name="priority",
            label=_("Priority"),
            apply=lambda rows, value, actor: change_tasks(rows, {"priority": value}, actor),
        ),
    )
    tabs: ClassVar[Sequence[Tab]] = (
        Tab(code="mine", label=_("My open tasks"), params={"owner": "me", "state": [TaskState.OPEN.value]}),
        Tab(code="overdue", label=_("Overdue"), params={"owner": "me", "when": [OVERDUE]}),
        Tab(code="today", label=_("Today"), params={"owner": "me", "when": [TODAY]}),
        Tab(
            code="done",
            label=_("Done"),
            params={"owner": "me", "state": [TaskState.DONE.value], "sort": "-due"},
        ),
        Tab(code="all", label=_("All"), params={}),
    )
    actions = (SUBSCRIBE, NEW_TASK)
    empty_text = _("What you mean to do stands here: calls, meetings, and the next step with every customer.")
    empty_action = NEW_TASK

    def tone(self, record: Task) -> str:
        """Mark what is late, and what is closed."""
        if not record.is_open:
            return "row-done"
        return "row-late" if record.is_overdue else ""


task_list = TaskList()
