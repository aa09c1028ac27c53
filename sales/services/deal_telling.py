"""Telling of deals: on their customers' timelines, to their owners, and to those who follow them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.history.models import Change, Insertion
from crm_site.history.origin import current_origin
from crm_site.notifications.following import followers_of
from crm_site.notifications.kinds import NotificationKind
from crm_site.notifications.notifying import notify
from customers.models import Activity, Task
from customers.services import log_activity
from sales.models import Opportunity
from sales.services.touching import SUBJECT, refresh_next_steps, refresh_rotting, touch_opportunities

OWNED = NotificationKind(
    "opportunity.owned", _("An opportunity becomes mine"), _("%(deal)s is yours now"), "target-arrow"
)
FOLLOWED = {
    "opportunity.opened": NotificationKind(
        "opportunity.opened", _("An opportunity with a customer I follow"), _("%(deal)s was opened"), "target-arrow"
    ),
    "opportunity.moved": NotificationKind(
        "opportunity.moved", _("Another stage of an opportunity I follow"), _("%(deal)s is in %(stage)s"), "stairs"
    ),
    "opportunity.won": NotificationKind(
        "opportunity.won", _("An opportunity I follow is won"), _("%(deal)s is won"), "trophy"
    ),
    "opportunity.lost": NotificationKind(
        "opportunity.lost", _("An opportunity I follow is lost"), _("%(deal)s is lost"), "thumb-down"
    ),
}


def show_deal(opportunity_id: int, verb: str) -> None:
    """Say on the customer's timeline what happened to a deal, on the day it happened."""
    deal = Opportunity.objects.select_related("stage", "reason").get(pk=opportunity_id)
    at = timezone.now()
    if verb == "opportunity.opened":
        at = deal.opened_at
    elif deal.closed_at is not None and verb in ("opportunity.won", "opportunity.lost"):
        at = deal.closed_at
    data = {
        "number": deal.number, "name": deal.name, "total": str(deal.amount), "currency": deal.currency,
        "stage": deal.stage.name,
    }  # fmt: skip
    if deal.reason is not None:
        data["reason"] = deal.reason.name
    log_activity(deal.customer_id, verb, at, subject=(SUBJECT, deal.pk), data=data, body=deal.close_note)


def tell_owner(opportunity_id: int, former_owner_id: int) -> None:
    """Tell the owner of a deal that it is theirs, unless it was before or they took it themselves."""
    deal = Opportunity.objects.only("name", "owner_id", "version").get(pk=opportunity_id)
    actor = current_origin().actor()
    if deal.owner_id is None or deal.owner_id in (former_owner_id, actor):
        return
    notify(
        OWNED.code,
        [deal.owner_id],
        key=f"{OWNED.code}:{deal.pk}:{deal.version}",
        url=deal.get_absolute_url(),
        words={"deal": deal.name},
        subject=(SUBJECT, deal.pk),
        actor=actor,
    )


def tell_followers(opportunity_id: int, verb: str, actor: int | None) -> None:
    """Tell those who follow the deal, or its customer, and may see the deal."""
    deal = Opportunity.objects.select_related("stage").filter(pk=opportunity_id).first()
    if deal is None:
        return
    people = set(followers_of(SUBJECT, deal.pk))
    if deal.customer_id is not None:
        people |= set(followers_of("customer", deal.customer_id, also=(SUBJECT, deal.pk)))
    notify(
        FOLLOWED[verb].code,
        sorted(people),
        key=f"{verb}:{deal.pk}:{deal.version}",
        url=deal.get_absolute_url(),
        words={"deal": deal.name, "stage": deal.stage.label},
        subject=(SUBJECT, deal.pk),
        actor=actor,
    )


def touch_by_entry(activity_id: int) -> None:
    """Count a talk about a deal as a touch of it."""
    entry = Activity.objects.only("subject_kind", "subject_id", "occurred_at").get(pk=activity_id)
    if entry.subject_kind == SUBJECT and entry.subject_id is not None:
        touch_opportunities([entry.subject_id], entry.occurred_at)


def touch_by_task(task_id: int) -> None:
    """Count a task done about a deal as a touch of it."""
    task: Any = Task.objects.only("subject_kind", "subject_id", "done_at").get(pk=task_id)
    if task.subject_kind == SUBJECT and task.subject_id is not None:
        touch_opportunities([task.subject_id], task.done_at or timezone.now())


def touch_by_operation(operation_id: int) -> None:
    """Count the tasks that a bulk change closed as touches of the deals they are about."""
    keys = Change.objects.filter(operation_id=operation_id, table_name=Task._meta.db_table)
    done = Task.objects.filter(pk__in=keys.values("record_id"), subject_kind=SUBJECT, state="done")
    touch_opportunities([key for key in done.values_list("subject_id", flat=True) if key], timezone.now())


def follow_operation(operation_id: int) -> None:
    """Derive anew what follows from deals that an operation brought back or put back."""
    table = Opportunity._meta.db_table
    found = set(Change.objects.filter(operation_id=operation_id, table_name=table).values_list("record_id", flat=True))
    for keys in Insertion.objects.filter(operation_id=operation_id, table_name=table).values_list(
        "record_ids", flat=True
    ):
        found.update(keys)
    ids = sorted(Opportunity.objects.filter(pk__in=found).values_list("pk", flat=True))
    if ids:
        refresh_next_steps(ids)
        refresh_rotting(ids)
