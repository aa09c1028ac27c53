"""Deals over the API: opened, changed, moved, won, lost and reopened, with the same rules as on the pages."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from crm_site.staff.models import User
from sales.models import Competitor, Opportunity, Reason, Stage
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
BASE = "/api/v1/opportunities/"
JSON = "application/json"


def stage(name: str) -> Stage:
    """Return a stage of the first pipeline."""
    return Stage.objects.get(name=name, pipeline__is_default=True)


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    """A deal of the owner's over 1,000 in the first stage."""
    made: Opportunity = OpportunityFactory(name="Pumps", customer=CustomerFactory(owner=cast.owner))
    return made


def test_a_deal_is_opened_with_lines_and_contacts_and_changed(cast: Cast, signed_in: SignIn) -> None:
    client, person = signed_in(cast.owner), CustomerFactory(owner=cast.owner)
    data: dict[str, Any] = {
        "name": "Pumps", "customer": person.pk,
        "lines": [{"description": "Pump", "quantity": "2", "unit_price": "50", "discount": "10"}],
        "contacts": [{"person": person.pk, "role": "buyer", "is_primary": True}],
    }  # fmt: skip
    made = client.post(BASE, data, JSON)
    assert made.status_code == 201
    assert (made.json()["amount"], made.json()["stage"]) == ("90.0000", stage("Qualification").pk)
    assert made.json()["health"] == "no_step"
    url = f"{BASE}{made.json()['id']}/"
    changed = client.patch(url, {"amount": "70", "version": 1}, JSON)
    assert (changed.json()["amount"], changed.json()["amount_from_lines"]) == ("70.0000", False)
    assert client.patch(url, {"amount": "80", "version": 1}, JSON).status_code == 409
    assert client.patch(url, {"amount": "80"}, JSON).status_code == 400
    assert client.post(BASE, {"name": "Far", "currency": "USD"}, JSON).json() == {
        "currency": ["There is no exchange rate for USD yet. An administrator can enter one."]
    }
    foreign = CustomerFactory(owner=cast.outsider)
    assert client.post(BASE, {"name": "X", "customer": foreign.pk}, JSON).status_code == 400
    assert signed_in(cast.outsider).get(url).status_code == 404


def test_a_move_names_what_is_missing_and_takes_it_along(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    client, url = signed_in(cast.owner), f"{BASE}{deal.pk}/move/"
    refused = client.post(url, {"stage": stage("Negotiation").pk, "version": 1}, JSON)
    assert refused.status_code == 400
    assert refused.json()["missing"] == ["contact", "next_step"]
    deal.refresh_from_db()
    assert (deal.stage.name, deal.version) == ("Qualification", 1)
    person = CustomerFactory(owner=cast.owner)
    data = {
        "stage": stage("Negotiation").pk, "version": 1, "contacts": [{"person": person.pk}],
        "next_step": {"title": "Call", "day": "2026-12-24"},
    }  # fmt: skip
    done = client.post(url, data, JSON).json()
    assert (done["stage"], done["next_step"], done["version"]) == (stage("Negotiation").pk, "Call", 2)
    assert signed_in(cast.outsider).post(url, data, JSON).status_code == 404


def test_deals_are_won_lost_and_reopened(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    client, url = signed_in(cast.owner), f"{BASE}{deal.pk}/"
    won, lost = Reason.objects.active("won")[0], Reason.objects.active("lost")[0]
    assert client.post(f"{url}win/", {"version": 1}, JSON).status_code == 400
    assert client.post(f"{url}win/", {"version": 1, "reason": lost.pk}, JSON).status_code == 400
    done = client.post(f"{url}win/", {"version": 1, "reason": won.pk, "note": "Trust"}, JSON).json()
    assert (done["status"], done["probability"], done["close_note"]) == ("won", "100.00", "Trust")
    assert client.post(f"{url}lose/", {"version": 2, "reason": lost.pk}, JSON).status_code == 400
    assert client.post(f"{url}reopen/", {"version": 1}, JSON).status_code == 409
    assert client.post(f"{url}reopen/", {"version": 2}, JSON).json()["status"] == "open"
    rival = Competitor.objects.create(name="Rival")
    gone = client.post(f"{url}lose/", {"version": 3, "reason": lost.pk, "lost_to": rival.pk}, JSON).json()
    assert (gone["status"], gone["lost_to"], gone["competitors"]) == ("lost", rival.pk, [rival.pk])
    assert [one["id"] for one in client.get(f"{BASE}?status=lost").json()["results"]] == [deal.pk]


def test_the_set_up_is_read_by_sales_and_written_by_administrators(cast: Cast, signed_in: SignIn) -> None:
    rep, admin = signed_in(cast.owner), signed_in(cast.admin)
    for name, count in (("pipelines", 1), ("stages", 4), ("reasons", 15), ("competitors", 0), ("exchange-rates", 0)):
        assert len(rep.get(f"/api/v1/{name}/").json()["results"]) == count
    assert rep.post("/api/v1/reasons/", {"kind": "lost", "name": "Late"}, JSON).status_code == 403
    assert signed_in(cast.manager).post("/api/v1/stages/", {}, JSON).status_code == 403
    made = admin.post("/api/v1/pipelines/", {"name": "Renewals"}, JSON).json()
    new = admin.post(
        "/api/v1/stages/", {"pipeline": made["id"], "name": "Due", "required": ["amount"], "probability": "40"}, JSON
    )
    assert (new.status_code, new.json()["required"]) == (201, ["amount"])
    url = f"/api/v1/stages/{new.json()['id']}/"
    assert admin.patch(url, {"rot_days": 9}, JSON).status_code == 400
    assert admin.patch(url, {"rot_days": 9, "version": 1}, JSON).json()["rot_days"] == 9
    assert admin.patch(url, {"required": ["nonsense"], "version": 2}, JSON).status_code == 400
    rate = admin.post("/api/v1/exchange-rates/", {"currency": "USD", "day": "2026-01-01", "rate": "0.9"}, JSON)
    assert Decimal(rate.json()["rate"]) == Decimal("0.9")
    assert (
        admin.post("/api/v1/exchange-rates/", {"currency": "QQQ", "day": "2026-01-01", "rate": "1"}, JSON).status_code
        == 400
    )
