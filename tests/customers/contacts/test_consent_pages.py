"""The ledger on the customer's page, in lists, rules, the API and the demo company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.rules import parse_rule
from crm_site.rules.choosing import first_met
from crm_site.staff.models import User
from customers.lists import consent_list, customer_list
from customers.models import ConsentEntry, Customer, DoNotContact
from tests.conftest import Cast
from tests.factories.contacts import ConsentEntryFactory, ConsentWordingFactory, DoNotContactFactory
from tests.factories.records import ContactPointFactory, CustomerFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def ada(cast: Cast) -> Customer:
    """The owner's customer with a mail address."""
    customer: Customer = CustomerFactory(name="Ada", owner=cast.owner)
    ContactPointFactory(customer=customer, value="ada@customer.example")
    return customer


def words(client: Client, address: str) -> str:
    """Return a page with its white space folded."""
    return " ".join(client.get(address).content.decode().split())


def test_consent_is_recorded_shown_and_withdrawn(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, wording = signed_in(cast.owner), ConsentWordingFactory(name="Fair")
    address = reverse("customers:customer-consent-record", args=[ada.pk])
    facts = {"state": "given", "channel": "email", "purpose": "newsletter", "source": "paper", "wording": wording.pk}
    point = ada.contact_points.get()
    response = client.post(address, {**facts, "at": "2026-03-01T10:30", "point": point.pk, "evidence": "Sheet 12"})
    ledger = reverse("customers:customer-consents", args=[ada.pk])
    assert response["Location"] == ledger
    entry = ConsentEntry.objects.get()
    assert (entry.address, entry.recorded_by, entry.evidence) == ("ada@customer.example", cast.owner, "Sheet 12")
    page = words(client, ledger)
    assert "Sheet 12" in page
    assert "Fair (en, 1)" in page
    assert "I can withdraw this at any time." in page
    assert f"{address}?state=withdrawn&amp;channel=email&amp;purpose=newsletter" in page
    assert f'<a href="{ledger}">Consent was given · E-mail</a>' in words(client, ada.get_absolute_url())
    card = words(client, reverse("customers:customer-consent-panel", args=[ada.pk]))
    assert '<span class="tag tag-good">Given</span>' in card
    form = words(client, f"{address}?state=withdrawn&channel=email&purpose=newsletter")
    assert '<option value="withdrawn" selected>' in form
    client.post(address, {**facts, "state": "withdrawn", "wording": ""})
    assert '<span class="tag tag-bad">Withdrawn</span>' in words(client, ledger)
    assert ConsentEntry.objects.count() == 2
    assert signed_in(cast.outsider).get(ledger).status_code == 404


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"channel": "phone"}, "The channel does not lead to this address."),
        ({"at": "2999-01-01T00:00"}, "This moment is still to come."),
        ({"purpose": "service"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_with_a_line_is_said_beside_the_field(
    cast: Cast, ada: Customer, signed_in: SignIn, facts: dict[str, str], error: str
) -> None:
    typed = {"state": "given", "channel": "email", "purpose": "newsletter", "source": "paper"}
    point = ada.contact_points.get()
    address = reverse("customers:customer-consent-record", args=[ada.pk])
    response = signed_in(cast.owner).post(address, {**typed, "point": point.pk, **facts})
    assert response.status_code == 422
    assert error in response.content.decode()
    assert not ConsentEntry.objects.exists()


def test_the_address_of_another_customer_is_no_choice(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    foreign = ContactPointFactory(customer=CustomerFactory(owner=cast.outsider))
    typed = {"state": "given", "channel": "email", "purpose": "newsletter", "source": "paper", "point": foreign.pk}
    address = reverse("customers:customer-consent-record", args=[ada.pk])
    assert signed_in(cast.owner).post(address, typed).status_code == 422


def test_contact_is_forbidden_lifted_and_both_can_be_undone(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, address = signed_in(cast.owner), reverse("customers:customer-forbid", args=[ada.pk])
    assert client.post(address, {"channel": "", "reason": ""}).status_code == 422
    client.post(address, {"channel": "", "reason": "Asked on the phone"})
    ban = DoNotContact.objects.get()
    card = words(client, reverse("customers:customer-consent-panel", args=[ada.pk]))
    assert "<b>Do not contact</b> · Asked on the phone" in card
    client.post(reverse("customers:ban-lift", args=[ban.pk]))
    ban.refresh_from_db()
    assert ban.lifted_by == cast.owner
    undo_operation(Operation.objects.latest("pk"), cast.owner)
    assert DoNotContact.objects.filter(lifted_at=None, lifted_by=None).exists()
    undo_operation(Operation.objects.earliest("pk"), cast.owner)


def test_lists_keep_who_may_be_contacted(cast: Cast, ada: Customer) -> None:
    CustomerFactory(name="Bo", owner=cast.owner)
    ConsentEntryFactory(customer=ada)

    def names(**params: Any) -> list[str]:
        return [one.name for one in customer_list.queryset(cast.owner, params)]

    assert names(contactable="email.marketing") == ["Ada"]
    assert names(contactable="email.newsletter") == []
    assert names(contactable="nonsense.marketing") == ["Ada", "Bo"]
    DoNotContactFactory(customer=ada)
    assert names(contactable="email.marketing") == []
    assert names(forbidden="yes") == ["Ada"]


def test_the_list_of_the_ledger_stays_within_the_readers_scope(cast: Cast, ada: Customer) -> None:
    ConsentEntryFactory(customer=ada)
    assert consent_list.queryset(cast.owner, {}).count() == 1
    assert consent_list.queryset(cast.owner, {"state": "withdrawn"}).count() == 0
    assert consent_list.queryset(cast.outsider, {}).count() == 0


def found(rule: dict[str, Any]) -> list[str]:
    """Return who meets a rule."""
    parsed = parse_rule("customer", {"version": 1, "root": {"all": [rule]}})
    return sorted(first_met(Customer.objects.order_by(), [parsed]).filter(met=0).values_list("name", flat=True))


def test_rules_speak_of_the_latest_word_and_of_bans(cast: Cast, ada: Customer) -> None:
    newsletter = [
        {"field": "purpose", "op": "in", "value": ["marketing"]},
        {"field": "state", "op": "in", "value": ["given"]},
    ]
    given = {"relation": "consents", "measure": "count", "op": "gte", "value": 1, "where": newsletter}
    banned = {"relation": "contact_bans", "measure": "count", "op": "gte", "value": 1}
    ConsentEntryFactory(customer=ada, at=timezone.now() - dt.timedelta(days=9))
    assert found(given) == ["Ada"]
    ConsentEntryFactory(customer=ada, state="withdrawn")
    assert found(given) == []
    assert found(banned) == []
    DoNotContactFactory(customer=ada)
    assert found(banned) == ["Ada"]


def test_the_api_reads_and_writes_lines_and_changes_none(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    facts = {"customer": ada.pk, "channel": "email", "purpose": "marketing", "state": "given"}
    made = client.post("/api/v1/consents/", facts, content_type="application/json")
    assert made.status_code == 201, made.content
    assert (made.json()["source"], made.json()["recorded_by"]) == ("api", cast.owner.pk)
    address = f"/api/v1/consents/{made.json()['id']}/"
    assert client.patch(address, {"state": "withdrawn"}, content_type="application/json").status_code == 405
    assert client.delete(address).status_code == 405
    assert client.get("/api/v1/consents/", {"state": "given"}).json()["results"][0]["customer"] == ada.pk
    since = (timezone.now() + dt.timedelta(minutes=1)).isoformat()
    assert client.get("/api/v1/consents/", {"changed_since": since}).json()["results"] == []
    wrong = client.post("/api/v1/consents/", {**facts, "purpose": "service"}, content_type="application/json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["purpose"])
    outsider = signed_in(cast.outsider)
    assert outsider.get(address).status_code == 404
    assert outsider.post("/api/v1/consents/", facts, content_type="application/json").status_code == 400
    assert ConsentEntry.objects.count() == 1
