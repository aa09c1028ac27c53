"""Numbers and addresses of a customer: added, changed, removed and put first, on its page and by the services."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import Activity, Address, ContactPoint, Customer
from customers.services import change_customer, create_customer, reaching
from tests.conftest import Cast

SignIn = Callable[[User], Client]


def points(customer: Customer) -> list[tuple[str, str, bool]]:
    """Return the contact points as they stand."""
    return list(
        ContactPoint.objects.filter(customer=customer).order_by("pk").values_list("normal", "label", "is_primary")
    )


@pytest.fixture
def ada(cast: Cast) -> Customer:
    """The owner's customer with one mail address."""
    return create_customer({"name": "Ada", "email": "ada@work.example"}, cast.owner)


def test_the_first_of_a_kind_becomes_the_primary_one(cast: Cast, ada: Customer) -> None:
    reaching.add_contact(ada, {"kind": "phone", "value": "138 0013 8000", "label": "work"}, cast.owner)
    reaching.add_contact(ada, {"kind": "email", "value": "Ada@Home.example", "label": "home"}, cast.owner)
    assert points(ada) == [
        ("ada@work.example", "", True),
        ("+8613800138000", "work", True),
        ("ada@home.example", "home", False),
    ]
    assert [one.name for one in customer_list.search(cast.owner, "ada@home")] == ["Ada"]
    assert Customer.objects.get().version == 3
    assert Activity.objects.order_by("-pk")[0].data == {"fields": "email"}


def test_another_one_can_take_the_first_place(cast: Cast, ada: Customer) -> None:
    reaching.add_contact(ada, {"kind": "email", "value": "new@work.example", "is_primary": True}, cast.owner)
    assert points(ada) == [("ada@work.example", "", False), ("new@work.example", "", True)]
    reaching.put_contact_first(ContactPoint.objects.get(normal="ada@work.example"), cast.owner)
    assert points(ada) == [("ada@work.example", "", True), ("new@work.example", "", False)]
    change_customer(ada, Customer.objects.get().version, {"email": "third@work.example"}, cast.owner)
    assert points(ada) == [("new@work.example", "", False), ("third@work.example", "", True)]


def test_when_the_primary_one_goes_the_oldest_takes_its_place(cast: Cast, ada: Customer) -> None:
    for value in ("b@work.example", "c@work.example"):
        reaching.add_contact(ada, {"kind": "email", "value": value}, cast.owner)
    reaching.remove_contact(ContactPoint.objects.get(normal="ada@work.example"), cast.owner)
    assert points(ada) == [("b@work.example", "", True), ("c@work.example", "", False)]
    assert "ada@work" not in Customer.objects.get().search_text


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("email", "ADA@work.example", "This customer has it already."),
        ("email", "ada at work", "Enter a valid email address."),
        ("phone", "12", "This is not a phone number."),
        ("wechat", "  ", "Type it in, or remove it."),
    ],
)
def test_what_is_none_and_what_is_there_is_refused(
    cast: Cast, ada: Customer, kind: str, value: str, error: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        reaching.add_contact(ada, {"kind": kind, "value": value}, cast.owner)
    assert refused.value.message_dict == {"value": [error]}
    assert points(ada) == [("ada@work.example", "", True)]


def test_a_change_keeps_its_kind_and_place(cast: Cast, ada: Customer) -> None:
    point = ContactPoint.objects.get()
    reaching.change_contact(point, {"value": "ada@new.example", "label": "home"}, cast.owner)
    assert points(ada) == [("ada@new.example", "home", True)]


def test_addresses_are_kept_like_numbers(cast: Cast, ada: Customer) -> None:
    first = reaching.add_address(ada, {"street": "星湖街 1 号", "city": "苏州", "label": "work"}, cast.owner)
    second = reaching.add_address(ada, {"street": "Hauptstr. 2", "city": "Berlin"}, cast.owner)
    with pytest.raises(ValidationError, match="has it already"):
        reaching.add_address(ada, {"street": "hauptstr. 2", "city": "BERLIN"}, cast.owner)
    with pytest.raises(ValidationError, match="Type it in"):
        reaching.add_address(ada, {"country": "Germany"}, cast.owner)
    reaching.put_address_first(second, cast.owner)
    assert [(one.city, one.is_primary) for one in Address.objects.order_by("pk")] == [("苏州", False), ("Berlin", True)]
    reaching.remove_address(second, cast.owner)
    first.refresh_from_db()
    assert first.is_primary
    reaching.change_address(first, {"district": "工业园区"}, cast.owner)
    assert Address.objects.get().district == "工业园区"


def test_the_card_shows_numbers_as_people_write_them(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    reaching.add_contact(ada, {"kind": "phone", "value": "+8613800138000", "label": "mobile"}, cast.owner)
    page = signed_in(cast.owner).get(reverse("customers:customer-reach", args=[ada.pk])).content.decode()
    assert '<a href="tel:+8613800138000">138 0013 8000</a>' in page
    assert "Mobile" in page
    assert reverse("customers:customer-reach-add", args=[ada.pk, "contact"]) in page
    assert signed_in(cast.outsider).get(reverse("customers:customer-reach", args=[ada.pk])).status_code == 404


def test_adding_on_the_card_can_be_undone(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, address = signed_in(cast.owner), reverse("customers:customer-reach-add", args=[ada.pk, "contact"])
    assert 'name="value"' in client.get(address, headers={"HX-Request": "true"}).content.decode()
    facts = {"kind": "wechat", "value": "ada_wx"}
    page = client.post(address, facts, headers={"HX-Request": "true"}).content.decode()
    done = Operation.objects.get()
    assert reverse("history:operation-undo", args=[done.pk]) in page
    assert Customer.objects.get().wechat == "ada_wx"
    undo_operation(done, cast.owner)
    assert Customer.objects.get().wechat == ""
    assert "ada_wx" not in Customer.objects.get().search_text


def test_what_is_wrong_is_said_beside_the_field(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    address = reverse("customers:customer-reach-add", args=[ada.pk, "contact"])
    response = signed_in(cast.owner).post(address, {"kind": "email", "value": "ADA@work.example"})
    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(r'id="contact-value_error".*?This customer has it already\.', page, re.DOTALL)
    assert 'value="ADA@work.example"' in page
    assert not Operation.objects.exists()


def test_a_line_is_changed_put_first_and_removed_where_it_stands(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, htmx = signed_in(cast.owner), {"HX-Request": "true"}
    second = reaching.add_contact(ada, {"kind": "email", "value": "b@work.example"}, cast.owner)
    edit = reverse("customers:contact-edit", args=[second.pk])
    assert 'value="b@work.example"' in client.get(edit, headers=htmx).content.decode()
    client.post(edit, {"value": "b@home.example", "label": "home"}, headers=htmx)
    client.post(reverse("customers:contact-primary", args=[second.pk]), headers=htmx)
    assert points(ada) == [("ada@work.example", "", False), ("b@home.example", "home", True)]
    client.post(reverse("customers:contact-remove", args=[second.pk]), headers=htmx)
    assert points(ada) == [("ada@work.example", "", True)]
    undo_operation(Operation.objects.latest("pk"), cast.owner)
    assert points(ada) == [("ada@work.example", "", False), ("b@home.example", "home", True)]


def test_the_first_place_goes_back_and_forth_by_undo(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, first = signed_in(cast.owner), ContactPoint.objects.get()
    reaching.add_contact(ada, {"kind": "email", "value": "b@work.example"}, cast.owner)
    before = points(ada)
    second = ContactPoint.objects.get(normal="b@work.example")
    for name, pk in (("contact-primary", second.pk), ("contact-remove", first.pk)):
        client.post(reverse(f"customers:{name}", args=[pk]))
        assert points(ada) != before
        outcome = undo_operation(Operation.objects.latest("pk"), cast.owner)
        assert outcome.conflicts == []
        assert points(ada) == before


def test_who_does_not_see_the_customer_changes_nothing(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    point = ContactPoint.objects.get()
    client = signed_in(cast.outsider)
    for name in ("contact-edit", "contact-primary", "contact-remove"):
        address = reverse(f"customers:{name}", args=[point.pk])
        assert client.post(address, {"value": "x@y.example"}).status_code == 404
    assert points(ada) == [("ada@work.example", "", True)]


def test_there_is_no_third_shelf(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    address = reverse("customers:customer-reach-add", args=[ada.pk, "fax"])
    assert signed_in(cast.owner).get(address).status_code == 404
