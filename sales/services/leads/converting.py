"""Turning a lead into an opportunity: one dialog, nothing typed twice, and never two deals of one lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.lib.text import sort_key
from crm_site.staff.versioning import StaleVersionError
from customers.choices import CustomerKind
from customers.models import Customer
from customers.services import change_customer, create_customer
from sales.choices import LeadStatus
from sales.events import LeadConverted
from sales.models import Lead, Opportunity
from sales.services.dealing import open_opportunity

if TYPE_CHECKING:
    from crm_site.staff.models import User


@dataclass(frozen=True)
class Conversion:
    """What is made of a lead.

    The person who asked is the contact; the deal is their organisation's: the one chosen, or the one named, found by
    its name or made, or none, so that the deal is their own. `facts` are those of the opportunity.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    organisation: Customer | None = None
    organisation_name: str = ""


def convert_lead(lead: Lead, version: int, wanted: Conversion, user: User) -> Opportunity:
    """Open the opportunity of a lead; a lead that was converted already returns the one it has.

    The lead's row is locked first: of many who convert, one opens the deal and the others get it. Raises
    StaleVersionError, ValidationError, and what opening an opportunity raises.
    """
    with transaction.atomic():
        # Without joins: rows joined to a row that was waited for are those of before.
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if locked.opportunity is not None:
            return locked.opportunity
        if not locked.is_live:
            raise ValidationError(_("This lead has ended already."))
        if locked.version != version:
            raise StaleVersionError(locked)
        person = locked.customer
        buyer = _buyer(person, wanted, user)
        contacts = [{"person": person, "role": person.role, "is_primary": True}] if person.pk != buyer.pk else []
        facts = {
            "name": locked.title, "customer": buyer, "source": locked.source, "product": locked.product,
            "owner": locked.owner or user, "note": locked.message, **wanted.facts,
        }  # fmt: skip
        deal = open_opportunity(facts, contacts=contacts, user=user)
        now = timezone.now()
        locked.status, locked.opportunity, locked.closed_at = LeadStatus.CONVERTED, deal, now
        locked.owner = locked.owner or user
        locked.team_id = locked.team_id or locked.owner.team_id
        locked.returns_at, locked.pooled_at, locked.touched_at = None, None, now
        locked.version += 1
        locked.save()
        publish(LeadConverted(lead_id=locked.pk, opportunity_id=deal.pk), user)
    lead.refresh_from_db()
    return deal


def matching_organisation(name: str, user: User) -> Customer | None:
    """Return the organisation of that name that the user may see; None where there is none."""
    key = sort_key(name)[:200]
    found = Customer.objects.visible_to(user).filter(sort_key=key, kind=CustomerKind.ORGANISATION)
    return found.order_by("pk").first() if key else None


def _buyer(person: Customer, wanted: Conversion, user: User) -> Customer:
    name = " ".join(wanted.organisation_name.split())
    organisation = wanted.organisation or (matching_organisation(name, user) if name else None)
    if organisation is None and name:
        organisation = create_customer(
            {"kind": CustomerKind.ORGANISATION, "name": name, "source": person.source, "country": person.country}, user
        )
    if organisation is None:
        return (person.organisation or person) if person.is_person else person
    if person.is_person and person.organisation_id != organisation.pk:
        change_customer(person, person.version, {"organisation": organisation}, user)
    return organisation
