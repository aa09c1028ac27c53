"""Reactions around leads: who is told, what the timeline says, and the clock of the first answer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.assignment.assigning import assign
from crm_site.assignment.kinds import AssignmentKind
from crm_site.assignment.kinds import register_kind as register_assignment
from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.restorers import register_restorer
from crm_site.notifications.kinds import NotificationKind, register_kind
from crm_site.notifications.notifying import notify
from crm_site.staff.subjects import register_subject
from customers.choices import Direction
from customers.events import CustomerChanged, InteractionLogged
from customers.models import Activity
from customers.services import log_activity
from sales.events import (
    LeadChanged,
    LeadConverted,
    LeadDisqualified,
    LeadGiven,
    LeadMerged,
    LeadPooled,
    LeadReceived,
    LeadRevived,
)
from sales.models import Lead
from sales.selectors.leads import open_leads, overdue_leads, owners_of_leads, waiting_leads
from sales.services.leads import change_lead, give_lead, record_response
from sales.services.leads.indexing import index_leads
from sales.services.leads.scoring import score_leads

register_restorer(Lead, change_lead, index_leads)
register_subject("lead", Lead, "sales:lead-detail")
register_assignment(
    AssignmentKind(
        code="lead",
        label=_("Leads"),
        subject="lead",
        module="sales",
        give=give_lead,
        open_counts=open_leads,
        waiting=waiting_leads,
        overdue=overdue_leads,
        owners=owners_of_leads,
        record_url=lambda pk: reverse("sales:lead-detail", args=[pk]),
    )
)
register_kind(
    NotificationKind(
        "lead.given", _("A lead becomes mine"), _("%(lead)s is yours: %(customer)s"), "user-search",
        many=_("Leads handed to you: %(count)s"),
    )
)  # fmt: skip
register_kind(
    NotificationKind(
        "lead.lost", _("A lead of mine goes back to the pool"), _("%(lead)s went back to the pool"), "pool"
    )
)


def lead_link(data: dict[str, Any]) -> str:
    """Return the address of the lead an entry is about."""
    return reverse("sales:lead-detail", args=[data["subject_id"]])


register_verb("lead.received", _("Enquiry: %(title)s"), "user-search", Eraser.DROP, lead_link)
register_verb("lead.changed", _("Lead was changed: %(fields)s"), "pencil", Eraser.KEEP, lead_link, system=True)
register_verb("lead.answered", _("Enquiry was answered"), "message", Eraser.KEEP, system=True)
register_verb("lead.given", _("Lead %(title)s was handed over"), "user-share", Eraser.DROP, lead_link, system=True)
register_verb("lead.pooled", _("Lead %(title)s went to the pool"), "pool", Eraser.DROP, lead_link, system=True)
register_verb("lead.disqualified", _("Lead %(title)s was given up"), "thumb-down", Eraser.DROP, lead_link)
register_verb("lead.revived", _("Lead %(title)s was taken up again"), "refresh", Eraser.DROP, lead_link)
register_verb("lead.converted", _("Lead %(title)s became an opportunity"), "target-arrow", Eraser.DROP, lead_link)
register_verb("lead.merged", _("Lead %(title)s was merged"), "arrows-join", Eraser.DROP, lead_link, system=True)
register_verb("lead.graded", _("Grade of a lead changed"), "gauge", Eraser.KEEP, lead_link, system=True)
register_verb("lead.scoring", _("Scoring of leads was changed"), "gauge", Eraser.KEEP, system=True)
register_verb("lead.imported", _("Leads were imported"), "upload", Eraser.KEEP, system=True)


@handles(LeadReceived)
def show_lead(event: LeadReceived) -> None:
    """Put an enquiry on its customer's timeline, on its own date."""
    lead = Lead.objects.get(pk=event.lead_id)
    _log(lead, event.verb, lead.received_at, body=lead.message)


@handles(LeadDisqualified, LeadRevived, LeadConverted, LeadMerged, LeadPooled, LeadGiven)
def show_course(event: Any) -> None:
    """Say on the timeline what became of a lead."""
    _log(Lead.objects.get(pk=event.lead_id), event.verb, timezone.now())


def _log(lead: Lead, verb: str, at: Any, body: str = "") -> None:
    data = {"title": lead.title, "number": lead.number}
    log_activity(lead.customer_id, verb, at, subject=("lead", lead.pk), data=data, body=body)


@handles(LeadReceived, after_commit=True)
def find_owner(event: LeadReceived) -> None:
    """Score a lead, and give one that nobody has to somebody by the rules of assignment."""
    score_leads([event.lead_id])
    if Lead.objects.pooled().filter(pk=event.lead_id).exists():
        assign("lead", [event.lead_id])


@handles(LeadGiven, after_commit=True)
def tell_owner(event: LeadGiven) -> None:
    """Tell who got a lead, unless they took it themselves."""
    lead = Lead.objects.select_related("customer").filter(pk=event.lead_id).first()
    if lead is None or event.cause == "claimed":
        return
    _notify("lead.given", event.user_id, lead, event)


@handles(LeadPooled, after_commit=True)
def tell_former_owner(event: LeadPooled) -> None:
    """Tell who lost a lead by leaving it alone."""
    lead = Lead.objects.select_related("customer").filter(pk=event.lead_id).first()
    if lead is not None and event.cause == "silence" and event.former_id:
        _notify("lead.lost", event.former_id, lead, event)


def _notify(kind: str, user_id: int, lead: Lead, event: Any) -> None:
    notify(
        kind,
        [user_id],
        key=f"{kind}:{event.event_id}",
        url=lead.get_absolute_url(),
        words={"lead": lead.title, "customer": lead.customer.name},
        subject=("lead", lead.pk),
    )


@handles(InteractionLogged)
def stop_clock(event: InteractionLogged) -> None:
    """Take what somebody of ours did with a customer for the answer to their enquiries; what came in is none."""
    entry = Activity.objects.select_related("actor").get(pk=event.activity_id)
    if entry.direction == Direction.IN:
        return
    record_response([event.customer_id], entry.occurred_at, entry.actor)


@handles(LeadChanged, LeadRevived, LeadMerged, after_commit=True)
def score_again(event: LeadChanged | LeadRevived | LeadMerged) -> None:
    """Score a lead whose facts changed."""
    score_leads([event.survivor_id if isinstance(event, LeadMerged) else event.lead_id])


@handles(CustomerChanged)
def follow_customer(event: CustomerChanged) -> None:
    """Find leads by what their customer is called and reached by now."""
    index_leads(Lead.objects.filter(customer=event.customer_id).values_list("pk", flat=True))
