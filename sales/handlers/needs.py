"""Reactions around needs: what the timeline says, and finding them by their customers' names."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.restorers import register_restorer
from crm_site.staff.subjects import register_subject
from customers.events import CustomerChanged
from customers.services import log_activity
from sales.events import NeedAddressed, NeedChanged, NeedConfirmed, NeedDeclined, NeedLinked, NeedReopened, NeedStated
from sales.models import Need, Opportunity
from sales.services.needs import change_need, index_needs
from sales.services.needs.editing import SUBJECT

register_restorer(Need, change_need, index_needs)
register_subject(SUBJECT, Need, "sales:need-detail")


def need_link(data: dict[str, Any]) -> str:
    """Return the address of the need an entry is about."""
    return reverse("sales:need-detail", args=[data["subject_id"]])


for verb, sentence, picture, system in (
    ("stated", _("Need: %(title)s"), "bulb", False),
    ("changed", _("Need %(title)s was changed"), "pencil", True),
    ("confirmed", _("Need %(title)s was confirmed"), "check", False),
    ("addressed", _("Need %(title)s was addressed"), "circle-check", False),
    ("declined", _("Need %(title)s was declined"), "thumb-down", False),
    ("reopened", _("Need %(title)s is open again"), "rotate", False),
    ("linked", _("Need %(title)s: opportunity %(deal)s"), "link", True),
):
    register_verb(f"need.{verb}", sentence, picture, Eraser.DROP, need_link, system=system)
register_verb("need.imported", _("Needs were imported"), "upload", Eraser.KEEP, system=True)


@handles(NeedStated)
def show_need(event: NeedStated) -> None:
    """Put a need on its customer's timeline, on its own date."""
    need = Need.objects.get(pk=event.need_id)
    _log(need, event.verb, need.stated_at, body=need.text)


@handles(NeedAddressed, NeedDeclined)
def show_end(event: NeedAddressed | NeedDeclined) -> None:
    """Say on the timeline how a need ended."""
    need = Need.objects.get(pk=event.need_id)
    _log(need, event.verb, need.closed_at, body=need.close_note)


@handles(NeedConfirmed, NeedReopened, NeedChanged)
def show_course(event: NeedConfirmed | NeedReopened | NeedChanged) -> None:
    """Say on the timeline what became of a need."""
    _log(Need.objects.get(pk=event.need_id), event.verb, timezone.now())


@handles(NeedLinked)
def show_link(event: NeedLinked) -> None:
    """Say on the timeline which deal came of a need."""
    deal = Opportunity.objects.filter(pk=event.opportunity_id).first()
    need = Need.objects.get(pk=event.need_id)
    _log(need, event.verb, timezone.now(), deal=deal.name if deal else "–")


def _log(need: Need, verb: str, at: Any, body: str = "", **data: str) -> None:
    told = {"title": need.title, "number": need.number, **data}
    log_activity(need.customer_id, verb, at, subject=(SUBJECT, need.pk), data=told, body=body)


@handles(CustomerChanged)
def follow_customer(event: CustomerChanged) -> None:
    """Find needs by what their customer is called by now."""
    index_needs(Need.objects.filter(customer=event.customer_id).values_list("pk", flat=True))
