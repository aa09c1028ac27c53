"""Enquiries from web forms: the lead, who asks, where they came from, and the consent with its words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm_site.forms.targets import GivenConsent, Received
from customers.models import ConsentEntry, Customer
from sales.choices import LeadChannel
from sales.models import Lead
from sales.services.leads.form_target import receive_lead
from tests.factories.records import ContactPointFactory, CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db

AT = timezone.now() - dt.timedelta(minutes=1)


def received(consent: GivenConsent | None = None, origin: dict[str, str] | None = None, **values: Any) -> Received:
    """Return a submission as a target gets it."""
    return Received(1, 7, "Contact", AT, "zh-hans", values, {}, origin or {}, consent)


def test_an_answer_becomes_a_lead_with_where_it_came_from() -> None:
    ProductFactory(sku="P-1", name="Pump")
    origin = {
        "utm_source": "newsletter",
        "utm_campaign": "Spring",
        "utm_medium": "email",
        "page": "https://x.example/a",
    }
    lead = receive_lead(
        received(None, origin, name="Zhang Wei", email="wei@x.example", message="How much?", product="P-1")
    )
    assert (lead.title, lead.message, lead.source, lead.campaign) == ("Contact", "How much?", "newsletter", "Spring")
    assert (lead.channel, lead.received_at, lead.language) == (LeadChannel.FORM, AT, "zh-hans")
    assert lead.product is not None
    assert lead.came_from == origin
    assert lead.customer.email == "wei@x.example"


def test_paid_visits_are_told_apart() -> None:
    lead = receive_lead(received(None, {"utm_medium": "CPC"}, name="Ada", email="a@x.example"))
    assert lead.channel == LeadChannel.AD


def test_a_known_customer_is_not_doubled_and_consent_keeps_its_words() -> None:
    known = CustomerFactory()
    ContactPointFactory(customer=known, kind="email", value="a@x.example", normal="a@x.example")
    consent = GivenConsent("email", "marketing", "Yes, write to me.", 3, "en", AT, None)
    receive_lead(received(consent, {"page": "https://x.example/"}, name="Other", email="A@x.example"))
    line = ConsentEntry.objects.get()
    assert (line.customer, line.source, line.evidence) == (known, "form", "https://x.example/")
    assert line.wording is not None
    assert (line.wording.text, line.wording.version) == ("Yes, write to me.", 3)
    assert Customer.objects.count() == 1


def test_nobody_to_answer_to_is_refused() -> None:
    with pytest.raises(ValidationError):
        receive_lead(received(None, message="Hello"))
    assert not Lead.objects.exists()
