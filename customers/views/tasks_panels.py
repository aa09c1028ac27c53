"""Tasks on the customer's page and on Today: what is next, done with one tap, and the step after it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.cells import Toast, saved_toast
from crm_site.pages.requests import posted_version, signed_in, wants_fragment
from crm_site.pages.today import cards
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.choices import TaskKind
from customers.forms.tasks import QuickTaskForm
from customers.lists.tasks import task_list
from customers.models import Customer, Task
from customers.services.tasking import TaskStateError, finish_task, plan_task

SHOWN = 8


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def customer_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's open tasks, the next one first, and plan another in one line."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    form = QuickTaskForm(initial={"day": tomorrow(), "kind": TaskKind.TASK})
    if request.method != "POST":
        return _panel(request, customer, form)
    if not user.access.can_edit(Task.access_module):
        raise PermissionDenied
    posted = QuickTaskForm(request.POST)
    if not posted.is_valid():
        return _panel(request, customer, posted, status=422)
    facts = posted.cleaned_data
    plan_task({**facts, "kind": facts["kind"] or TaskKind.TASK, "customer": customer}, user)
    if not wants_fragment(request):
        return redirect(customer)
    return _panel(request, customer, form)


@require_POST
@login_required
def task_tick(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a task with one tap where it is listed: a customer's panel, or Today."""
    user = signed_in(request)
    task = fetch_editable(Task.objects.select_related("customer", "owner"), user, pk=pk)
    toast = _finish(task, posted_version(request), user)
    if not wants_fragment(request):
        return redirect(task)
    if request.POST.get("from") == "today":
        card: Any = cards.get("due-tasks")
        context = {"card": card, "content": card.load(user), "arrivals": [toast], "finished": task}
        return render(request, card.template, context)
    if request.POST.get("from") == "panel":
        # Panels of other records read themselves anew.
        response = render(request, "components/toast_arrivals.html", {"messages": [toast]})
        response["HX-Trigger"] = "tasks-changed"
        return response
    if task.customer is None or not Customer.objects.visible_to(user).filter(pk=task.customer.pk).exists():
        return redirect(task)
    form = QuickTaskForm(initial={"day": next_week(), "kind": task.kind})
    return _panel(request, task.customer, form, arrivals=[toast], finished=task)


def _finish(task: Task, version: int, user: User) -> Toast:
    """Finish the task as an operation that can be undone, and return what to say."""
    title = gettext("“%(title)s” is done.") % {"title": task.title}
    try:
        with operation(OperationKind.EDIT, actor=user, module=task.access_module, title=title, count=1) as done:
            finish_task(task, version, user)
    except (StaleVersionError, TaskStateError):
        return Toast(gettext("Somebody else changed this task in the meantime; look at it again."), "error")
    return Toast(title, extra_tags=saved_toast(done).extra_tags)


def _panel(
    request: HttpRequest, customer: Customer, form: QuickTaskForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    user = signed_in(request)
    found = Task.objects.visible_to(user).open().filter(customer=customer).with_people()
    tasks = list(found.order_by("due_at", "id")[: SHOWN + 1])
    mine = set(Task.objects.editable_by(user).filter(pk__in=[one.pk for one in tasks]).values_list("pk", flat=True))
    context = {
        "customer": customer,
        "tasks": [(one, one.pk in mine) for one in tasks[:SHOWN]],
        "more": len(tasks) > SHOWN,
        "all_url": task_list.url(customer=(customer.pk, customer.pk, None)),
        "target": reverse("customers:customer-tasks-panel", args=[customer.pk]),
        "form": form,
        "can_plan": user.access.can_edit(Task.access_module),
        **more,
    }
    return render(request, "customers/task_panel.html", context, status=status)


def tomorrow() -> dt.date:
    """Return the reader's next day."""
    return timezone.localdate() + dt.timedelta(days=1)


def next_week() -> dt.date:
    """Return the reader's day in a week, when most next steps are taken."""
    return timezone.localdate() + dt.timedelta(days=7)
