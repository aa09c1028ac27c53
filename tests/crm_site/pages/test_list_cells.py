"""Cells changed in place: saved like a fact, shown again as a cell, undone as an operation."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import change_customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]


def field(record: Customer, name: str, place: str) -> str:
    """Return the address that edits a cell."""
    return f"{reverse('customers:customer-field', args=[record.pk, name])}?cell={place}"


def test_only_rows_that_may_be_changed_offer_it(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(owner=cast.owner)
    assert 'data-edit="stage"' in signed_in(cast.owner).get("/customers/").content.decode()
    cast.agent.roles.get().grants.filter(module="customers").update(edit="own")
    page = signed_in(cast.agent).get("/customers/").content.decode()
    assert "data-pk=" in page
    assert "data-edit=" not in page


def test_a_cell_is_edited_saved_and_undone(cast: Cast, signed_in: SignIn) -> None:
    record, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    address = field(record, "stage", "customers.stage")
    form = client.get(address).content.decode()
    assert 'class="cell-form"' in form
    assert '<input type="hidden" name="version" value="1">' in form
    shown = client.post(address, {"stage": "loyal", "version": "1"})
    text = shown.content.decode()
    assert text.strip().startswith("Loyal")
    assert shown["HX-Trigger"] == "record-saved"
    done = Operation.objects.get()
    assert (done.kind, done.title, done.count) == ("edit", f"{record}: Stage", 1)
    assert f"/history/operations/{done.pk}/undo/" in text
    undo_operation(done, cast.owner)
    record.refresh_from_db()
    assert record.stage == "prospect"


def test_leaving_shows_the_cell_and_the_same_value_is_no_change(cast: Cast, signed_in: SignIn) -> None:
    record, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    address = field(record, "stage", "customers.stage")
    assert client.get(f"{address}&show").content.decode().strip() == "Prospect"
    assert client.post(address, {"stage": "prospect", "version": "1"}).content.decode().strip() == "Prospect"
    record.refresh_from_db()
    assert record.version == 1
    assert not Operation.objects.exists()


def test_a_conflict_shows_both_values_and_changes_nothing(cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    change_customer(Customer.objects.get(pk=record.pk), 1, {"stage": "churned"}, cast.manager)
    address = field(record, "stage", "customers.stage")
    page = signed_in(cast.owner).post(address, {"stage": "loyal", "version": "1"}).content.decode()
    assert "<b>Churned</b>" in page
    assert '<option value="loyal" selected>' in page
    assert 'name="version" value="2"' in page
    record.refresh_from_db()
    assert (record.stage, record.version) == ("churned", 2)
    assert not Operation.objects.exists()


def test_a_row_that_is_given_away_is_told_to_go(cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    address = field(record, "owner", "customers.owner")
    shown = signed_in(cast.owner).post(address, {"owner": cast.outsider.pk, "version": "1"})
    assert shown.status_code == 200
    assert shown["HX-Trigger-After-Swap"] == json.dumps({"row-gone": {"pk": record.pk}})


@pytest.mark.parametrize("place", ["customers.nonsense", "nonsense.stage", "", "customers", "orders.stage"])
def test_a_place_that_is_none_is_not_found(place: str, cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.owner)
    assert signed_in(cast.owner).get(field(record, "stage", place) + "&show").status_code == 404


def test_somebody_elses_cell_does_not_exist(cast: Cast, signed_in: SignIn) -> None:
    record = CustomerFactory(owner=cast.teammate)
    address = field(record, "stage", "customers.stage")
    assert signed_in(cast.owner).get(address).status_code == 404
    assert signed_in(cast.owner).post(address, {"stage": "loyal", "version": "1"}).status_code == 404
    record.refresh_from_db()
    assert record.stage == "prospect"
