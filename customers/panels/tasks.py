"""What tasks add to the shell: rail, palette, commands, the customer's panel and Today."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, Hit, record_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from customers.lists.tasks import here, task_list
from customers.models import Task
from customers.selectors import IssueSource, register_issues
from customers.services.tasking.telling import when_words

SHOWN = 8
ICONS = {"task": "checkbox", "call": "phone", "meeting": "users"}

register_nav(
    NavItem(
        code="tasks",
        label=_("Tasks"),
        icon="checkbox",
        url_name="customers:task-home",
        group=Group.TOP,
        module="customers",
        order=5,
        phone=True,
    )
)
register_palette(
    record_source(
        task_list,
        hit=lambda one: Hit(
            label=one.title, url=one.get_absolute_url(), icon=ICONS[one.kind], context=one.context_line
        ),
        latest="due_at",
        only=("kind", "title", "place", "customer__name"),
        related_to=("customer",),
        order=60,
    )
)
register_command(
    Command(code="new-task", label=_("New task"), icon="plus", url_name="customers:task-create", module="customers")
)
register_issues(
    IssueSource(
        code="overdue-tasks",
        label=_("Overdue tasks"),
        open=lambda now: Task.objects.overdue(now),
        url=lambda one: task_list.url(customer=(one.pk, one.pk, None), when=["overdue"]),
        order=10,
    )
)
register_panel(
    Panel(
        code="tasks",
        title=_("What is next"),
        kind="customer",
        url_name="customers:customer-tasks-panel",
        module="customers",
        order=5,
        rows=3,
    )
)
register_panel(
    Panel(
        code="history-task",
        title=_("History"),
        kind="task",
        url_name="history:record-panel",
        arguments=("customers.task",),
        module="customers",
        order=900,
    )
)


@dataclass(frozen=True, kw_only=True)
class TaskRow(TodayRow):
    """A task that can be ticked off where it stands."""

    task: Task
    movable: bool


def due_tasks(user: User) -> TodayContent:
    """Return the reader's open tasks that are overdue or due today, the oldest first."""
    today = timezone.localdate()
    mine = Task.objects.personal_to(user).open()
    late = mine.overdue(timezone.now()).order_by().values("pk")
    due = mine.due_on(today, here()).order_by().values("pk")
    found = Task.objects.filter(Q(pk__in=late) | Q(pk__in=due)).with_people()
    tasks = list(found.order_by("due_at", "id")[:SHOWN])
    editable = set(Task.objects.editable_by(user).filter(pk__in=[one.pk for one in tasks]).values_list("pk", flat=True))
    rows = [
        TaskRow(
            label=one.title,
            url=one.get_absolute_url(),
            context=one.context_line,
            value=when_words(one),
            tone="bad" if one.is_overdue else "",
            task=one,
            movable=one.pk in editable,
        )
        for one in tasks
    ]
    return TodayContent(
        count=found.count(),
        rows=rows,
        url=task_list.url(owner="me", when=["overdue", "today"]),
        empty=_("Nothing is due. What you plan for today will stand here."),
    )


register_today(
    TodayCard(
        code="due-tasks",
        title=_("What is due"),
        icon="checkbox",
        module="customers",
        load=due_tasks,
        order=5,
        template="customers/task_today.html",
    )
)
