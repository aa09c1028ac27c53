"""Creating and changing customers through services and pages."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm_site.events.models import EventRecord
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.lists import customer_list
from customers.models import Activity, ContactPoint, Customer
from customers.services import change_customer, create_customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, TagFactory
from tests.factories.staff import UserFactory

SignIn = Callable[[User], Client]
FORM = {
    "kind": "person", "name": "Ada Byron", "stage": "prospect", "email": "ada@example.com", "phone": "+49 30 901820",
}  # fmt: skip


def test_a_customer_comes_with_contacts_figures_and_a_timeline(cast: Cast) -> None:
    customer = create_customer(
        {"given_name": "三", "family_name": "张", "email": " Zhang@Example.cn ", "phone": "13800138000"}, cast.owner
    )
    assert (customer.name, customer.owner, customer.team) == ("张三", cast.owner, cast.owner.team)
    assert ContactPoint.objects.get(kind="email").normal == "zhang@example.cn"
    assert ContactPoint.objects.get(kind="phone").normal == "+8613800138000"
    assert customer.metrics.orders_count == 0
    assert [entry.verb for entry in Activity.objects.filter(customer=customer)] == ["customer.created"]
    assert EventRecord.objects.get().actor == cast.owner


@pytest.mark.parametrize("query", ["张三", "三", "zhangsan", "zs", "138001", "8613800138000", "zhang@ex"])
def test_a_customer_is_found_by_any_part(cast: Cast, query: str) -> None:
    create_customer({"name": "张三", "email": "zhang@example.cn", "phone": "13800138000"}, cast.owner)
    create_customer({"name": "Somebody else"}, cast.owner)
    assert [one.name for one in customer_list.search(cast.owner, query)] == ["张三"]
    assert not customer_list.search(cast.outsider, query).exists()


def test_a_new_primary_address_replaces_the_old_one(cast: Cast) -> None:
    customer = create_customer({"name": "Ada", "email": "old@example.com"}, cast.owner)
    change_customer(customer, 1, {"email": "new@example.com"}, cast.owner)
    assert [(point.value, point.is_primary) for point in customer.contact_points.all()] == [("new@example.com", True)]
    change_customer(customer, 2, {"email": ""}, cast.owner)
    assert not ContactPoint.objects.exists()
    assert "new@example" not in Customer.objects.get().search_text


def test_the_primary_address_is_changed_part_by_part(cast: Cast) -> None:
    customer = create_customer({"name": "Ada", "city": "苏州", "street": "星湖街 1 号", "country": "China"}, cast.owner)
    assert customer.address == "星湖街 1 号, 苏州, China"
    change_customer(Customer.objects.get(), 1, {"city": "上海"}, cast.owner)
    assert Customer.objects.get().address == "星湖街 1 号, 上海, China"
    change_customer(Customer.objects.get(), 2, {"city": "", "street": ""}, cast.owner)
    assert Customer.objects.get().primary_address is None


def test_a_new_owner_brings_the_team_along(cast: Cast) -> None:
    customer = create_customer({"name": "Ada"}, cast.owner)
    change_customer(customer, 1, {"owner": cast.outsider}, cast.manager)
    assert Customer.objects.get().team == cast.outsider.team
    assert not Customer.objects.visible_to(cast.owner).exists()


def test_a_stale_change_is_refused_and_changes_nothing(cast: Cast) -> None:
    customer = create_customer({"name": "Ada"}, cast.owner)
    change_customer(Customer.objects.get(), 1, {"name": "Ada Byron"}, cast.owner)
    before = (Activity.objects.count(), EventRecord.objects.count())
    with pytest.raises(StaleVersionError):
        change_customer(customer, 1, {"name": "Ada Lovelace", "email": "x@example.com"}, cast.owner)
    assert Customer.objects.get().name == "Ada Byron"
    assert not ContactPoint.objects.exists()
    assert (Activity.objects.count(), EventRecord.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_of_racing_saves_of_one_version_exactly_one_wins() -> None:
    customer = CustomerFactory()
    user = UserFactory()
    outcomes: list[str] = []

    def save(name: str) -> None:
        try:
            change_customer(Customer.objects.get(pk=customer.pk), 1, {"name": name}, user)
            outcomes.append(name)
        except StaleVersionError:
            outcomes.append("refused")
        connection.close()

    threads = [threading.Thread(target=save, args=(f"name {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = next(outcome for outcome in outcomes if outcome != "refused")
    assert outcomes.count("refused") == 7
    assert (Customer.objects.get().name, Customer.objects.get().version) == (winner, 2)


def test_the_form_creates_and_leads_to_the_record(cast: Cast, signed_in: SignIn) -> None:
    tag = TagFactory(name="VIP")
    response = signed_in(cast.owner).post(reverse("customers:customer-create"), {**FORM, "tags": [tag.pk]})
    customer = Customer.objects.get()
    assert response.headers["Location"] == customer.get_absolute_url()
    assert (customer.owner, list(customer.tags.all()), customer.phone) == (cast.owner, [tag], "+49 30 901820")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("email", "nonsense", "Enter a valid email address."),
        ("phone", "call me", "This is not a phone number."),
        ("identifier", "91350211M000100Y44", "The check digit does not fit"),
        ("time_zone", "Mars/Olympus", "is no time zone"),
    ],
)
def test_bad_input_is_said_at_the_field_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, field: str, value: str, words: str
) -> None:
    response = signed_in(cast.owner).post(reverse("customers:customer-create"), {**FORM, field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert f'id="id_{field}_error"' in page
    if field != "name":
        assert "Ada Byron" in page
    assert not Customer.objects.exists()


def test_a_taken_reference_is_said_and_not_a_server_error(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(reference="K-1", owner=cast.outsider)
    response = signed_in(cast.owner).post(reverse("customers:customer-create"), {**FORM, "reference": "K-1"})
    assert response.status_code == 422
    assert "Another customer has this reference." in response.content.decode()


def test_an_organisation_that_is_not_visible_cannot_be_chosen(cast: Cast, signed_in: SignIn) -> None:
    foreign = CustomerFactory(kind="organisation", owner=cast.outsider)
    response = signed_in(cast.owner).post(reverse("customers:customer-create"), {**FORM, "organisation": foreign.pk})
    assert response.status_code == 422
    assert not Customer.objects.filter(name="Ada Byron").exists()


def test_a_stale_form_shows_both_values_and_can_be_saved_again(cast: Cast, signed_in: SignIn) -> None:
    customer = create_customer({"name": "Ada"}, cast.owner)
    change_customer(Customer.objects.get(), 1, {"industry": "Poetry"}, cast.manager)
    client = signed_in(cast.owner)
    url = reverse("customers:customer-edit", args=[customer.pk])
    response = client.post(url, {**FORM, "industry": "Mathematics", "version": "1"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mathematics" in page
    assert "Poetry" in page
    assert 'name="version" value="2"' in page
    assert client.post(url, {**FORM, "industry": "Mathematics", "version": "2"}).status_code == 302
    assert Customer.objects.get().industry == "Mathematics"


def test_readers_get_no_form(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    cast.owner.roles.clear()
    reader = UserFactory(role="agent", team=cast.owner.team)
    reader.roles.get().grants.filter(module="customers").update(edit="none")
    client = signed_in(reader)
    page = client.get(customer.get_absolute_url())
    assert page.status_code == 200
    assert reverse("customers:customer-edit", args=[customer.pk]) not in page.content.decode()
    assert client.post(reverse("customers:customer-edit", args=[customer.pk]), FORM).status_code == 403
    assert client.post(reverse("customers:customer-create"), FORM).status_code == 403
    assert Customer.objects.get().version == 1
