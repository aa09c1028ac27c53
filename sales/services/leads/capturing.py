"""Taking in enquiries from wherever they come: who asks is found before anybody is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm_site.lib.text import sort_key
from customers.choices import CustomerKind, Stage
from customers.models import Customer
from customers.services import create_customer
from customers.services.consenting import record_consent
from customers.services.recognising import recognise, wait_for_same
from sales.models import Lead
from sales.services.leads.editing import create_lead

if TYPE_CHECKING:
    from crm_site.staff.models import User

POINTS = ("email", "phone", "wechat")


@dataclass(frozen=True)
class Enquirer:
    """Who asks: what they say of themselves; all of it may be missing but one thing they can be called by."""

    name: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    wechat: str = ""
    identifier: str = ""
    company: str = ""
    job_title: str = ""
    country: str = ""
    language: str = ""

    @property
    def points(self) -> dict[str, str]:
        """Their contact points by kind, as they were typed."""
        return {name: getattr(self, name) for name in POINTS if getattr(self, name)}

    @property
    def called(self) -> str:
        """The best there is to call them by."""
        named = self.name or " ".join(part for part in (self.given_name, self.family_name) if part)
        return named or self.company or self.email or self.phone or self.wechat or self.identifier


@dataclass(frozen=True)
class Captured:
    """One enquiry: the facts of the lead, who asks, and the consent that came along (facts of ledger lines).

    Where it is known already who asks, `customer` says so, and what else is said of them changes nothing.
    """

    enquirer: Enquirer
    facts: Mapping[str, Any] = field(default_factory=dict)
    consents: Sequence[Mapping[str, Any]] = ()
    customer: Customer | None = None


def capture_lead(captured: Captured, user: User | None) -> Lead:
    """Take in an enquiry: find who asks by exact mail, phone or identifier, or else make them; then make the lead.

    Known customers keep what is known of them; only empty contact points are filled. Two enquiries of the same
    unknown person at once make one customer: they wait for each other at the contact points.
    """
    asks = captured.enquirer
    if captured.customer is None and not asks.called:
        raise ValueError("an enquiry needs somebody to answer to")
    with transaction.atomic():
        wait_for_same(asks.points, asks.identifier)
        customer = captured.customer or find_enquirer(asks) or make_enquirer(asks, captured.facts, user)
        facts = {"language": asks.language, **captured.facts, "customer": customer}
        if "owner" not in facts and user is None and customer.owner is not None and customer.owner.is_active:
            # A known customer's enquiry goes to whoever looks after them.
            facts["owner"] = customer.owner
        lead = create_lead(facts, user)
        for consent in captured.consents:
            record_consent(customer, consent, user)
    return lead


def find_enquirer(asks: Enquirer) -> Customer | None:
    """Return the customer with exactly that mail address, phone number, WeChat name or identifier, in this order."""
    return recognise(asks.points, asks.identifier)


def make_enquirer(asks: Enquirer, facts: Mapping[str, Any], user: User | None) -> Customer:
    """Make the customer who asks, a prospect, with the company they name; `facts` are those of their lead."""
    company_only = bool(asks.company) and not (asks.name or asks.given_name or asks.family_name)
    values: dict[str, Any] = {
        "kind": CustomerKind.ORGANISATION if company_only else CustomerKind.PERSON,
        "name": asks.name or (asks.called if company_only or not (asks.given_name or asks.family_name) else ""),
        "given_name": asks.given_name,
        "family_name": asks.family_name,
        "identifier": asks.identifier,
        "job_title": asks.job_title,
        "country": asks.country,
        "language": asks.language,
        "source": str(facts.get("source") or ""),
        "stage": Stage.PROSPECT,
        **asks.points,
    }
    if asks.company and not company_only:
        values["organisation"] = _company(asks, user)
    return create_customer(values, facts.get("owner") or user)


def _company(asks: Enquirer, user: User | None) -> Customer:
    """Return the company of that very name, or make it."""
    known = Customer.objects.filter(
        kind=CustomerKind.ORGANISATION, sort_key=sort_key(asks.company)[:200], name__iexact=asks.company
    ).order_by("pk")
    found = known.first()
    if found is not None:
        return found
    return create_customer({"kind": CustomerKind.ORGANISATION, "name": asks.company, "country": asks.country}, user)
