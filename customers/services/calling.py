"""A call written down between two doors: what came of it, and when to call again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from customers.choices import CallOutcome, TalkKind, TaskKind
from customers.models import Customer, Task
from customers.services.talking import log_interaction
from customers.services.tasking import finish_task, plan_task

if TYPE_CHECKING:
    from crm_site.history.models import Operation
    from crm_site.staff.models import User

# When to call again: so many days from today; nothing to plan is None.
NEXT_STEPS: dict[str, int | None] = {"tomorrow": 1, "three-days": 3, "next-week": 7, "nothing": None}


def log_call(customer: Customer, outcome: str, step: str, user: User) -> Operation:
    """Write down a call that was just made and plan the next one, as one operation that can be undone.

    `step` is one of NEXT_STEPS. Raises PermissionDenied when the user may plan nothing.
    """
    days = NEXT_STEPS[step]
    if days is not None and not user.access.can_edit(Task.access_module):
        raise PermissionDenied
    title = _("Call with %(customer)s: %(outcome)s") % {
        "customer": customer.name,
        "outcome": CallOutcome(outcome).label,
    }
    with operation(OperationKind.EDIT, actor=user, module="customers", title=title, count=1) as done:
        log_interaction(customer, TalkKind.CALL, {"outcome": outcome}, user)
        if days is not None:
            day = timezone.localdate() + dt.timedelta(days=days)
            plan_task({"title": _("Call again"), "kind": TaskKind.CALL, "day": day, "customer": customer}, user)
    return done


def finish_call(
    task: Task, version: int, user: User, *, came: str = "", outcome: str = "", next_step: dict[str, Any] | None = None
) -> None:
    """Finish a task, and where `came` says what came of the call that it was, write that on its customer's timeline.

    Nothing is written on a customer whom the user does not see. Raises what `finish_task` does.
    """
    with transaction.atomic():
        finish_task(task, version, user, outcome=outcome, next_step=next_step)
        customer = Customer.objects.visible_to(user).filter(pk=task.customer_id or 0).first() if came else None
        if customer is not None:
            log_interaction(customer, TalkKind.CALL, {"outcome": came}, user)
