"""Signing up through a web form: known people are found, unknown ones made once, and consent stands in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crm_site.forms.targets import GivenConsent, Received, find_target
from customers.models import ConsentEntry, ConsentWording, Customer
from customers.services.signing_up import SIGN_UP, sign_up
from tests.factories.records import ContactPointFactory, CustomerFactory

NOW = timezone.now()


def received(values: Mapping[str, Any], version: int = 1, **consent: Any) -> Received:
    """Return what a form has brought, with a consent where its facts are given."""
    facts: dict[str, Any] = {
        "channel": "email", "purpose": "newsletter", "wording": "Yes.", "version": version, "language": "en",
        "given_at": NOW - dt.timedelta(hours=1), "confirmed_at": NOW,
    }  # fmt: skip
    origin = {"utm_source": "fair", "page": "https://www.example.com/news"}
    given = GivenConsent(**{**facts, **consent}) if consent else None
    return Received(1, 5, "Newsletter", NOW, "en", values, {}, origin, given)


def test_the_target_is_offered_and_asks_no_consent_for_what_needs_none() -> None:
    assert find_target("sign_up") is SIGN_UP
    assert "service" not in dict(SIGN_UP.purposes)


@pytest.mark.parametrize("values", [{"email": " ADA@Example.com"}, {"phone": "138 0013 8000"}])
def test_a_known_customer_is_found_and_stays_as_it_is(values: dict[str, str], db: None) -> None:
    known = CustomerFactory(name="Ada", source="mail")
    ContactPointFactory(customer=known, kind="email", value="ada@example.com", normal="ada@example.com")
    ContactPointFactory(customer=known, kind="phone", value="13800138000", normal="+8613800138000")
    assert sign_up(received({**values, "name": "Eve", "company": "Evil"})) == known
    known.refresh_from_db()
    assert (known.name, known.source, Customer.objects.count()) == ("Ada", "mail", 1)


def test_a_person_comes_before_the_company_with_the_same_address(db: None) -> None:
    for kind in ("organisation", "person"):
        one = CustomerFactory(kind=kind)
        ContactPointFactory(customer=one, kind="email", value="info@example.com", normal="info@example.com")
    assert sign_up(received({"email": "info@example.com"})).kind == "person"


def test_an_unknown_one_is_made_once(db: None) -> None:
    made = sign_up(received({"email": "ada@example.com", "name": "Ada"}))
    assert sign_up(received({"email": "Ada@example.com"})) == made
    assert (made.name, made.source, made.language, Customer.objects.count()) == ("Ada", "fair", "en", 1)
    assert sign_up(received({"phone": "+8613800138000"})).name == "+8613800138000"


def test_consent_stands_in_the_ledger_with_the_words_shown(db: None) -> None:
    customer = sign_up(received({"email": "ada@example.com"}, channel="email"))
    line = ConsentEntry.objects.get()
    assert (line.customer, line.channel, line.purpose, line.state) == (customer, "email", "newsletter", "given")
    assert (line.address, line.source, line.evidence) == ("ada@example.com", "form", "https://www.example.com/news")
    assert (line.at, line.confirmed_at) == (NOW - dt.timedelta(hours=1), NOW)
    assert line.wording is not None
    assert (line.wording.name, line.wording.text, line.wording.version) == ("Newsletter #5", "Yes.", 1)
    sign_up(received({"email": "ada@example.com"}, channel="email"))
    sign_up(received({"email": "ada@example.com"}, version=2, wording="Other."))
    assert (ConsentEntry.objects.count(), ConsentWording.objects.filter(name="Newsletter #5").count()) == (3, 2)
    reachable = Customer.objects.contactable("email", "newsletter")
    assert list(reachable) == [customer]


def test_without_consent_nothing_stands_in_the_ledger(db: None) -> None:
    sign_up(received({"email": "ada@example.com"}))
    assert not ConsentEntry.objects.exists()


def test_without_any_address_nobody_is_made(db: None) -> None:
    with pytest.raises(ValidationError):
        sign_up(received({"name": "Ada"}))
    assert not Customer.objects.exists()
