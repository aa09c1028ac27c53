"""A record's history field by field, and single values put back."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from crm_site.history.models import Change
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import change_customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]


def edited(cast: Cast) -> tuple[Customer, Change]:
    customer = CustomerFactory(owner=cast.owner, team=cast.owner.team, name="Wang", industry="Steel")
    change_customer(customer, 1, {"industry": "Paper", "owner": cast.teammate}, cast.owner)
    return customer, Change.objects.get(before__has_key="industry")


def test_the_card_tells_who_changed_what(cast: Cast, signed_in: SignIn) -> None:
    customer, _change = edited(cast)
    page = signed_in(cast.manager).get(f"/history/records/customers.customer/{customer.pk}/panel/").content.decode()
    for words in ("Industry", "Steel", "Paper", "Olga Owner", "Tom Teammate"):
        assert words in page


def test_a_value_is_put_back_through_the_service(cast: Cast, signed_in: SignIn) -> None:
    customer, change = edited(cast)
    address = f"/history/records/customers.customer/{customer.pk}/{change.pk}/industry/restore/"
    answer = signed_in(cast.manager).post(address, {"version": 2})
    assert answer.status_code == 302
    customer.refresh_from_db()
    assert (customer.industry, customer.owner, customer.version) == ("Steel", cast.teammate, 3)


def test_a_reference_is_put_back(cast: Cast, signed_in: SignIn) -> None:
    customer, change = edited(cast)
    address = f"/history/records/customers.customer/{customer.pk}/{change.pk}/owner_id/restore/"
    signed_in(cast.manager).post(address, {"version": 2})
    customer.refresh_from_db()
    assert customer.owner == cast.owner


def test_a_stale_page_puts_nothing_back(cast: Cast, signed_in: SignIn) -> None:
    customer, change = edited(cast)
    address = f"/history/records/customers.customer/{customer.pk}/{change.pk}/industry/restore/"
    signed_in(cast.manager).post(address, {"version": 1})
    customer.refresh_from_db()
    assert customer.industry == "Paper"


def test_what_is_foreign_or_no_record_is_not_found(cast: Cast, signed_in: SignIn) -> None:
    customer, change = edited(cast)
    outsider = signed_in(cast.outsider)
    for address in (
        f"/history/records/customers.customer/{customer.pk}/",
        f"/history/records/customers.customer/{customer.pk}/panel/",
        "/history/records/staff.user/1/",
        "/history/records/customers.contactpoint/1/",
        "/history/records/nonsense/1/",
        "/history/records/a.b.c/1/",
    ):
        assert outsider.get(address).status_code == 404, address
    restore = f"/history/records/customers.customer/{customer.pk}/{change.pk}/industry/restore/"
    assert outsider.post(restore, {"version": 2}).status_code == 404
    assert Customer.objects.get().industry == "Paper"


def test_a_column_that_was_not_changed_is_refused(cast: Cast, signed_in: SignIn) -> None:
    customer, change = edited(cast)
    signed_in(cast.manager).post(
        f"/history/records/customers.customer/{customer.pk}/{change.pk}/search_text/restore/", {"version": 2}
    )
    customer.refresh_from_db()
    assert customer.version == 2
