"""The task's page, the forms that plan and change one, and what closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.queue import PARAM, Place, Queue
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers import selectors
from customers.choices import TaskState
from customers.forms.tasks import REPETITION, FinishForm, TaskForm
from customers.lists.tasks import task_list
from customers.models import Customer, Task
from customers.querysets import TaskQuerySet
from customers.services.calling import finish_call
from customers.services.tasking import (
    UNCHANGED,
    TaskStateError,
    cancel_task,
    change_task,
    plan_task,
    reopen_task,
)
from customers.services.tasking.telling import when_words
from customers.views.tasks_words import reminder_words, repetition_words

LATEST = 4
# What the form has beside the facts of a task.
EXTRA = (*REPETITION, "scope", "recurrence")


def with_related() -> TaskQuerySet:
    """Return tasks with everything their page shows."""
    related = ("owner", "team", "customer", "series")
    return Task.objects.select_related(*related).prefetch_related("attendees", "guests", "customer__contact_points")


class TaskFieldView(InlineFieldView):
    """One fact of a task."""

    model = Task
    form_class = TaskForm
    url_name = "customers:task-field"
    facts = (
        Fact(name="title", label=_("Title")),
        Fact(name="kind", label=_("Kind")),
        Fact(name="due", label=_("Due"), words=when_words, editable=False),
        Fact(name="customer", label=_("Customer"), link=lambda one: one.customer.get_absolute_url()),
        Fact(name="priority", label=_("Priority")),
        Fact(name="owner", label=_("Owner")),
        Fact(name="duration", label=_("Minutes"), path="duration", kind="number"),
        Fact(name="place", label=_("Place")),
        Fact(name="people", label=_("Taking part"), editable=False, words=lambda one: people_words(one)),
        Fact(name="reminder", label=_("Reminder"), editable=False, words=reminder_words),
        Fact(name="repetition", label=_("Repeats"), editable=False, words=repetition_words),
        Fact(name="note", label=_("Note")),
    )

    def base(self) -> Any:
        """Return tasks with what a fact may show."""
        return with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact of this task alone."""
        change_task(record, version, {name: value}, user)
        return with_related().get(pk=record.pk)


def people_words(task: Task) -> str:
    """Name the colleagues and guests of a task."""
    return gettext(", ").join(str(one) for one in (*task.attendees.all(), *task.guests.all()))


@require_safe
@login_required
def task_home(request: HttpRequest) -> HttpResponse:
    """Open the list where work begins: the reader's own open tasks."""
    return redirect(task_list.url(owner="me", state=[TaskState.OPEN.value]))


@require_safe
@login_required
def task_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one task with the form that closes it, and what happened with its customer last."""
    return _page(request, fetch_visible(with_related(), signed_in(request), pk=pk))


def _page(request: HttpRequest, task: Task, form: FinishForm | None = None, status: int = 200) -> HttpResponse:
    user = signed_in(request)
    can_edit = Task.objects.editable_by(user).filter(pk=task.pk).exists()
    customer = task.customer
    if customer is not None and not Customer.objects.visible_to(user).filter(pk=customer.pk).exists():
        customer = None
    context = {
        "record": task,
        "page_title": task.title,
        "facts": TaskFieldView.lines(task, editable=can_edit),
        "panels": panels_for(user, "task", task.pk),
        "can_edit": can_edit,
        "finish_form": form or FinishForm(task=task),
        "when": when_words(task),
        "customer": customer,
        "latest": selectors.stream(customer)[:LATEST] if customer is not None else [],
        "queue": request.GET.get(PARAM, "") or request.POST.get(PARAM, ""),
    }
    return render(request, "customers/task_detail.html", context, status=status)


class TaskFormView(RecordFormView):
    """Plans and changes tasks."""

    model = Task
    form_class = TaskForm
    module = "customers"
    create_title = _("New task")
    list_url_name = "customers:task-home"

    def create(self, form: TaskForm, user: User) -> Task:
        """Plan the task in the zone of whoever plans it."""
        facts = {name: value for name, value in form.cleaned_data.items() if name not in EXTRA}
        return plan_task(facts, user, form.cleaned_data["recurrence"])

    def change(self, record: Task, version: int, form: TaskForm, user: User) -> None:
        """Change what differs from the stored record."""
        facts = {name: value for name, value in changed_facts(form).items() if name not in EXTRA}
        if {"day", "clock"} & facts.keys():
            facts |= {name: form.cleaned_data[name] for name in ("day", "clock")}
        changed = any(name in form.changed_data for name in REPETITION)
        change_task(
            record,
            version,
            facts,
            user,
            repeat=form.cleaned_data["recurrence"] if changed else UNCHANGED,
            following=form.cleaned_data.get("scope") == "following",
        )


class TaskDeleteView(DeleteRecordView):
    """Moves a task to the trash."""

    model = Task
    list_url_name = "customers:task-home"


@require_POST
@login_required
def task_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a task with its outcome and the next step; in a queue the next record opens."""
    user = signed_in(request)
    task = fetch_editable(with_related(), user, pk=pk)
    form = FinishForm(request.POST, task=task)
    if not form.is_valid():
        return _page(request, task, form, status=422)
    done = _close(
        request,
        task,
        gettext("“%(title)s” is done."),
        lambda: finish_call(
            task,
            posted_version(request),
            user,
            came=form.cleaned_data.get("call", ""),
            outcome=form.cleaned_data["outcome"],
            next_step=form.next_step,
        ),
    )
    place = request.POST.get(PARAM, "")
    return redirect(_onward(place, user) if done and place else task.get_absolute_url())


@require_POST
@login_required
def task_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed task again."""
    user = signed_in(request)
    task = fetch_editable(Task.objects.all(), user, pk=pk)
    said = gettext("“%(title)s” is to be done again.")
    _close(request, task, said, lambda: reopen_task(task, posted_version(request), user))
    return redirect(task)


@require_POST
@login_required
def task_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a task; with `following` its series ends too."""
    user = signed_in(request)
    task = fetch_editable(Task.objects.all(), user, pk=pk)
    following = request.POST.get("scope") == "following"
    said = gettext("“%(title)s” is cancelled.")
    _close(request, task, said, lambda: cancel_task(task, posted_version(request), user, following=following))
    return redirect(task)


def _close(request: HttpRequest, task: Task, said: str, write: Callable[[], Any]) -> bool:
    """Do it as an operation that can be undone, say what came of it, and tell whether it was done."""
    user = signed_in(request)
    try:
        with operation(
            OperationKind.EDIT, actor=user, module=task.access_module, title=said % {"title": task.title}, count=1
        ) as done:
            write()
    except StaleVersionError:
        messages.error(request, gettext("Somebody else changed this task in the meantime; look at it again."))
        return False
    except TaskStateError:
        messages.error(request, gettext("This task is closed already, or open again; look at it again."))
        return False
    undo = reverse("history:operation-undo", args=[done.pk])
    messages.success(request, said % {"title": task.title}, extra_tags=undo)
    return True


def _onward(place: str, user: User) -> str:
    """Return the address of the next record of a queue, or of its end."""
    queue = Queue(Place.read(place), user)
    return queue.address() or f"{reverse('pages:queue-end')}?{urlencode({PARAM: place})}"
