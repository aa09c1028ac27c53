"""Stating, changing and linking needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish, publish_batch
from crm_site.fields.values import with_custom, with_merged
from crm_site.history.origin import current_origin
from crm_site.numbering.sequences import next_number
from crm_site.staff.versioning import save_versioned
from customers.models import Customer
from customers.services.timeline import insert_activities
from sales.choices import NeedStatus
from sales.events import NeedChanged, NeedConfirmed, NeedLinked, NeedsChanged, NeedStated
from sales.models import Need, Opportunity
from sales.services.needs.indexing import found_by, index_needs

if TYPE_CHECKING:
    from crm_site.staff.models import User

PREFIX, SEQUENCE, SUBJECT = "ND", "sales_need_number", "need"
# Written by confirming, addressing, declining and reopening alone.
ENDING = frozenset({"status", "confirmed_at", "closed_at", "close_note", "topic"})
# A line on the timeline of each need's customer, as a single change writes one.
NOTED = (
    "SELECT customer_id, %s, now(), %s::bigint, 'need', id, jsonb_build_object('number', number, 'title', title), '' "
    "FROM sales_need WHERE id = ANY(%s) ORDER BY id"
)


def state_need(facts: Mapping[str, Any], user: User | None) -> Need:
    """Write down what a customer wants.

    Owner and team are the user's unless given, or the customer's where nobody asks. Raises ValidationError for a deal
    of another customer.
    """
    need = Need(**facts)
    check_deal(need.customer, need.opportunity)
    source: Any = user or need.customer.owner
    if need.owner is None:
        need.owner = source
    if need.owner is not None and need.team_id is None:
        need.team_id = need.owner.team_id
    need.number = need.number or next_number(PREFIX, SEQUENCE)
    for name, value in found_by(need).items():
        setattr(need, name, value)
    with transaction.atomic():
        need.save(force_insert=True)
        publish(NeedStated(need_id=need.pk), user)
    return need


def change_need(need: Need, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a need that was read at `version`; a new owner brings the team along.

    Raises StaleVersionError, and ValidationError for what has a verb of its own or a deal of another customer.
    """
    if ENDING & facts.keys():
        raise ValidationError(_("Confirm, address, decline or reopen the need instead."))
    values = with_custom(need, facts)
    former = need.opportunity_id
    if {"customer", "opportunity"} & values.keys():
        check_deal(values.get("customer", need.customer), values.get("opportunity", need.opportunity))
    if "owner" in values:
        values.setdefault("team", values["owner"].team if values["owner"] else None)
    names = [name for name in facts if name not in ("custom", "opportunity")]
    with transaction.atomic():
        save_versioned(need, version, values)
        index_needs([need.pk])
        if need.opportunity_id != former:
            publish(NeedLinked(need_id=need.pk, opportunity_id=need.opportunity_id or 0), user)
        if names or "custom" in facts:
            publish(NeedChanged(need_id=need.pk, fields=",".join([*names, *facts.get("custom", ())])), user)


def link_need(need: Need, version: int, opportunity: Opportunity | None, user: User | None) -> None:
    """Say which deal came of a need, or that none did. Raises StaleVersionError, ValidationError."""
    change_need(need, version, {"opportunity": opportunity}, user)


def change_needs(rows: QuerySet[Need], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all needs among the rows the same facts (never customer or deal); return how many there are.

    Of statuses only `confirmed` can be given to many: to those that are stated.
    """
    if (ENDING - {"status"} | {"customer", "opportunity"}) & facts.keys():
        raise ValidationError(_("Confirm, address, decline or reopen the need instead."))
    values = with_merged(facts)
    if "status" in values:
        if values["status"] != NeedStatus.CONFIRMED:
            raise ValidationError({"status": _("Confirm, address, decline or reopen the need instead.")})
        rows, values["confirmed_at"] = rows.filter(status=NeedStatus.STATED), Now()
    if "owner" in values:
        values.setdefault("team", values["owner"].team if values["owner"] else None)
    with transaction.atomic():
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        Need.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now())
        if {"title", "text"} & values.keys():
            index_needs(keys)
        verb = NeedConfirmed.verb if "status" in values else NeedsChanged.verb
        insert_activities(NOTED, [verb, actor.pk if actor else None, keys])
        done = current_origin().operation or 0
        publish_batch(NeedsChanged(count=len(keys), fields=",".join(values), operation_id=done), actor)
    return len(keys)


def same_house(one: Customer, other: Customer) -> bool:
    """Tell whether two customers are the same, or belong to the same organisation."""
    houses = [{customer.pk, customer.organisation_id} - {None} for customer in (one, other)]
    return bool(houses[0] & houses[1])


def check_deal(customer: Customer, deal: Opportunity | None) -> None:
    """Raise ValidationError for a deal of somebody who does not belong to the customer's organisation."""
    if deal is not None and deal.customer is not None and not same_house(customer, deal.customer):
        raise ValidationError({"opportunity": _("This opportunity is another customer's.")})
