"""Enquiries: who asks is found before anybody is made, and consent goes to the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from customers.models import Activity, ConsentEntry, Customer
from sales.models import Lead
from sales.services.leads import Captured, Enquirer, capture_lead
from tests.conftest import Cast
from tests.factories.records import ContactPointFactory, CustomerFactory

pytestmark = pytest.mark.django_db


def capture(user: Any = None, **asks: Any) -> Lead:
    """Take an enquiry in."""
    facts = asks.pop("facts", {})
    return capture_lead(Captured(Enquirer(**asks), facts), user)


@pytest.mark.parametrize(
    ("kind", "stored", "said"),
    [
        ("email", "ada@lovelace.example", {"email": "Ada@Lovelace.example "}),
        ("phone", "+8613912345678", {"phone": "139 1234 5678"}),
        ("wechat", "ada_l", {"wechat": "ada_l"}),
    ],
)
def test_a_known_customer_is_found_by_exact_contact_point(kind: str, stored: str, said: dict[str, str]) -> None:
    known = CustomerFactory(name="Ada Lovelace")
    ContactPointFactory(customer=known, kind=kind, value=stored, normal=stored)
    lead = capture(name="A. Lovelace", **said)
    assert lead.customer == known
    known.refresh_from_db()
    assert known.name == "Ada Lovelace", "what is known of a customer stays"
    assert Customer.objects.count() == 1


def test_a_person_is_found_before_the_company_that_shares_the_address() -> None:
    company, person = CustomerFactory(kind="organisation"), CustomerFactory()
    for one in (company, person):
        ContactPointFactory(customer=one, kind="email", value="info@acme.example", normal="info@acme.example")
    assert capture(email="info@acme.example").customer == person


def test_a_customer_is_found_by_registration_number() -> None:
    known = CustomerFactory(kind="organisation", identifier="91350100M000100Y43")
    assert capture(company="Somebody", identifier="91350100M000100Y43").customer == known


def test_somebody_unknown_is_made_with_their_company_as_a_prospect() -> None:
    lead = capture(name="Zhang Wei", email="wei@haier.example", company="Haier", job_title="Buyer")
    person = lead.customer
    assert (person.kind, person.stage, person.email, person.job_title) == (
        "person",
        "prospect",
        "wei@haier.example",
        "Buyer",
    )
    assert person.organisation is not None
    assert person.organisation.name == "Haier"
    again = capture(name="Li Na", email="na@haier.example", company="haier")
    assert again.customer.organisation == person.organisation, "the same company is not made twice"


def test_a_company_alone_is_an_organisation() -> None:
    assert capture(company="Acme GmbH", email="x@acme.example").customer.kind == "organisation"


def test_nobody_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="somebody to answer to"):
        capture()
    assert not Lead.objects.exists()


def test_an_enquiry_without_an_owner_waits_in_the_pool_and_has_a_deadline() -> None:
    lead = capture(name="Ada", facts={"received_at": dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)})
    assert lead.owner is None
    assert lead.pooled_at is not None
    assert lead.response_due_at is not None
    assert lead.response_due_at > lead.received_at
    assert list(Lead.objects.pooled()) == [lead]


def test_the_enquiry_of_a_known_customer_goes_to_who_looks_after_them(cast: Cast) -> None:
    known = CustomerFactory(owner=cast.owner)
    ContactPointFactory(customer=known, kind="email", value="a@b.example", normal="a@b.example")
    lead = capture(email="a@b.example")
    assert (lead.owner, lead.team) == (cast.owner, cast.owner.team)


def test_what_is_said_stands_on_the_timeline_on_its_own_day() -> None:
    at = timezone.now() - dt.timedelta(days=3)
    lead = capture(name="Ada", facts={"title": "Pumps", "message": "How much?", "received_at": at})
    entry = Activity.objects.get(verb="lead.received")
    assert (entry.customer, entry.occurred_at, entry.body) == (lead.customer, at, "How much?")
    assert (entry.subject_kind, entry.subject_id) == ("lead", lead.pk)


def test_consent_goes_to_the_ledger() -> None:
    consent = {"channel": "email", "purpose": "marketing", "state": "given", "source": "form", "evidence": "I agree."}
    lead = capture_lead(Captured(Enquirer(name="Ada", email="ada@b.example"), {}, [consent]), None)
    line = ConsentEntry.objects.get()
    assert (line.customer, line.channel, line.purpose, line.evidence) == (
        lead.customer,
        "email",
        "marketing",
        "I agree.",
    )
