"""Pages of the lifecycle: the board, one customer's standing, decisions, and the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from crm_site.lib.days import organisation_today
from crm_site.rules import encode_rule, parse_rule
from crm_site.staff.models import User
from customers.models import Customer, LifecycleRule, StageOverride
from customers.services import refresh_standing
from tests.conftest import Cast
from tests.customers.standing.test_lifecycle import customer
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
MANY = {"version": 1, "root": {"all": [{"field": "orders_count", "op": "gte", "value": 3}]}}


def words(client: Client, address: str) -> str:
    """Return a page with its white space folded."""
    return " ".join(client.get(address).content.decode().split())


def test_the_board_counts_stages_and_moves_within_the_readers_scope(cast: Cast, signed_in: SignIn) -> None:
    mine = customer(orders=1, first=5, last=5)
    Customer.objects.filter(pk=mine.pk).update(owner=cast.owner, name="Ada")
    foreign = customer(orders=1, first=5, last=5)
    Customer.objects.filter(pk=foreign.pk).update(owner=cast.outsider, name="Hidden")
    refresh_standing([mine.pk, foreign.pk])
    page = words(signed_in(cast.owner), "/customers/lifecycle/")
    assert "Ada" in page
    assert "Hidden" not in page
    assert "1 came, 0 left" in page
    assert "from Prospect" in page
    assert "the last order" not in page.split("What the rules say")[0]
    assert "2 came, 0 left" in words(signed_in(cast.manager), "/customers/lifecycle/")
    before = (organisation_today().replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")
    assert "Ada" not in words(signed_in(cast.owner), f"/customers/lifecycle/?month={before}").split("What the rules")[0]
    assert signed_in(cast.owner).get("/customers/lifecycle/?month=2026-99").status_code == 200


def test_a_customer_is_placed_for_a_reason_and_a_time(cast: Cast, signed_in: SignIn) -> None:
    ada = CustomerFactory(name="Ada", owner=cast.owner)
    until = organisation_today() + dt.timedelta(days=30)
    client = signed_in(cast.owner)
    address = f"/customers/{ada.pk}/stage/"
    refused = client.post(address, {"stage": "loyal", "reason": "", "until": "2020-01-01"})
    assert refused.status_code == 422
    assert "This day is over." in refused.content.decode()
    assert not StageOverride.objects.exists()
    client.post(address, {"stage": "loyal", "reason": "A friend", "until": until.isoformat()})
    ada.refresh_from_db()
    assert ada.stage == "loyal"
    card = words(client, f"/customers/{ada.pk}/standing/")
    assert "Decided by Olga Owner: A friend" in card
    client.post(f"/customers/{ada.pk}/stage/withdraw/")
    ada.refresh_from_db()
    assert ada.stage == "prospect"


def test_a_foreign_customer_is_not_found_and_stays_as_it_is(cast: Cast, signed_in: SignIn) -> None:
    ada = CustomerFactory(owner=cast.outsider)
    client = signed_in(cast.owner)
    assert client.get(f"/customers/{ada.pk}/standing/").status_code == 404
    assert client.post(f"/customers/{ada.pk}/stage/", {"stage": "loyal", "reason": "x"}).status_code == 404
    assert client.post(f"/customers/{ada.pk}/stage/withdraw/").status_code == 404
    assert not StageOverride.objects.exists()


def test_administrators_change_a_rule_and_others_do_not(cast: Cast, signed_in: SignIn) -> None:
    code = encode_rule(parse_rule("customer", MANY))
    address = "/customers/lifecycle/loyal/"
    assert signed_in(cast.manager).post(address, {"rule_code": code}).status_code == 403
    admin = signed_in(cast.admin)
    assert admin.post(address, {"rule_code": ""}).status_code == 422
    assert LifecycleRule.objects.count() == 4
    assert admin.post(address, {"rule_code": code}).status_code == 302
    assert LifecycleRule.objects.in_force().get(stage="loyal").rule == MANY
    assert admin.get("/customers/lifecycle/nonsense/").status_code == 404
