"""What stands at the top of a customer's page: where they stand, what is next, how well, and worth what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from crm_site.pages import formatting
from customers import selectors
from customers.choices import Stage
from customers.models import Customer, Task
from customers.services.tasking.telling import when_words

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Those who are lost stand on none of the steps.
PATH = (Stage.PROSPECT, Stage.NEW, Stage.RETURNING, Stage.LOYAL)
BAR = 13


def summary_context(customer: Customer, user: User) -> dict[str, Any]:
    """Return what the top of the page shows; the customer comes from `selectors.for_page`."""
    theirs = customer.people_ordered_at  # type: ignore[attr-defined]  # annotated
    own = customer.metrics.last_order_at
    task = selectors.planned_step(customer, user)
    suggested = None if task else selectors.suggestion(customer, theirs)
    return {
        "next_task": task,
        "next_words": when_words(task) if task else "",
        "next_overdue": gettext("Overdue: %(when)s") % {"when": when_words(task)} if task else "",
        "suggestion": suggested,
        "plan_url": _plan_url(customer, suggested) if user.access.can_edit(Task.access_module) else "",
        "sees_value": user.access.can_view("analytics"),
        "interval": _interval(customer),
        "people_ordered_at": theirs if theirs and (own is None or theirs > own) else None,
        "stage_bars": _bars(customer.stage),
    }


def _plan_url(customer: Customer, suggested: selectors.Suggestion | None) -> str:
    facts = {"customer": customer.pk}
    more = {"title": suggested.title, "kind": suggested.kind.value} if suggested else {}
    return f"{reverse('customers:task-create')}?{urlencode({**facts, **more})}"


def _interval(customer: Customer) -> str:
    low, high = customer.score.clv_low, customer.score.clv_high
    if low is None or high is None:
        return ""
    ends = {"low": formatting.money(low, compact=True), "high": formatting.money(high, compact=True)}
    return gettext("%(low)s – %(high)s") % ends


def _bars(stage: str) -> list[tuple[int, bool]]:
    """Return where each bar of the path begins, and whether the customer has come that far."""
    reached = PATH.index(Stage(stage)) if stage in PATH else -1
    return [(place * BAR, place <= reached) for place in range(len(PATH))]
