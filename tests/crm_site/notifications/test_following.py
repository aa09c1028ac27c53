"""Following records, and hearing that one became yours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.events.delivering import deliver_pending
from crm_site.history.origin import origin
from crm_site.notifications.following import follow, is_following
from crm_site.notifications.models import Follow, Notification
from crm_site.staff.models import User
from customers.models import Customer
from customers.services import add_note, change_customer, change_customers, create_customer
from sales.events import OrderPlaced
from sales.handlers.selling import tell_followers
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, OrderFactory
from tests.factories.staff import RoleGrantFactory, UserFactory

SignIn = Callable[[User], Client]


def address(customer: Any) -> str:
    """Return where following the customer is asked for."""
    return reverse("notifications:follow", args=["customer", customer.pk])


def told() -> list[tuple[str, str]]:
    """Return who was told what."""
    return [(one.recipient.name, one.sentence) for one in Notification.objects.order_by("recipient__name", "pk")]


def test_following_is_one_button_that_turns_round(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.lead)
    page = client.get(customer.get_absolute_url()).content.decode()
    assert f'hx-get="{address(customer)}"' in page
    assert "Follow" in client.get(address(customer)).content.decode()
    for _again in range(2):
        answer = client.post(address(customer), {"do": "follow"}, headers={"HX-Request": "true"})
        assert 'aria-pressed="true"' in answer.content.decode()
    assert Follow.objects.count() == 1
    assert client.post(address(customer), {"do": "unfollow"})["Location"] == customer.get_absolute_url()
    assert not is_following(cast.lead, "customer", customer.pk)


def test_what_is_not_seen_cannot_be_followed(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.outsider)
    assert client.get(address(customer)).status_code == 404
    assert client.post(address(customer), {"do": "follow"}).status_code == 404
    assert client.post(reverse("notifications:follow", args=["no-such", 1])).status_code == 404
    assert not Follow.objects.exists()


def test_followers_hear_of_notes_as_long_as_they_see_the_customer(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada")
    for person in (cast.owner, cast.lead, cast.outsider):
        follow(person, "customer", customer.pk)
    add_note(customer, "They called.", cast.owner)
    assert told() == []
    deliver_pending()
    assert told() == [("Lena Lead", "Olga Owner wrote a note on Ada")]
    deliver_pending()
    assert Notification.objects.count() == 1


def test_followers_hear_of_orders_that_they_may_see(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada")
    without_sales = UserFactory(name="Ben Blind")
    without_sales.roles.add(RoleGrantFactory(module="customers", view="all").role)
    for person in (cast.teammate, cast.lead, without_sales, cast.manager):
        follow(person, "customer", customer.pk)
    order = OrderFactory(customer=customer, number="SO-1")
    tell_followers(OrderPlaced(order_id=order.pk))
    tell_followers(OrderPlaced(order_id=order.pk))
    assert told() == [("Lena Lead", "Ada: order SO-1"), ("Max Manager", "Ada: order SO-1")]


def test_followers_hear_of_another_stage(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada", stage="new")
    follow(cast.lead, "customer", customer.pk)
    change_customer(customer, customer.version, {"stage": "loyal"}, cast.owner)
    deliver_pending()
    assert told() == [("Lena Lead", "Ada is at another stage")]


@pytest.mark.parametrize("actor", ["manager", "teammate"])
def test_a_new_owner_is_told_unless_they_took_it(actor: str, cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada")
    person = getattr(cast, actor)
    with origin(actor=lambda: person.pk):
        change_customer(customer, customer.version, {"owner": cast.teammate}, person)
    assert told() == ([] if actor == "teammate" else [("Tom Teammate", "Ada is yours now")])
    for one in Notification.objects.all():
        assert one.url == customer.get_absolute_url()


def test_other_changes_tell_no_owner(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.teammate)
    change_customer(customer, customer.version, {"industry": "Tea"}, cast.manager)
    assert told() == []


def test_handing_over_and_back_tells_each_time(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner, name="Ada")
    with origin(actor=lambda: cast.manager.pk):
        for person in (cast.teammate, cast.owner, cast.teammate):
            change_customer(customer, customer.version, {"owner": person}, cast.manager)
    assert [name for name, _sentence in told()] == ["Olga Owner", "Tom Teammate", "Tom Teammate"]


def test_a_customer_entered_for_somebody_else_tells_them(cast: Cast) -> None:
    with origin(actor=lambda: cast.manager.pk):
        create_customer({"name": "Ada", "owner": cast.teammate}, cast.manager)
        create_customer({"name": "Own"}, cast.manager)
    assert told() == [("Tom Teammate", "Ada is yours now")]


def test_a_bulk_assignment_of_500_is_one_notification_with_the_count(cast: Cast) -> None:
    for number in range(500):
        CustomerFactory(owner=cast.owner, name=f"C{number}")
    CustomerFactory(owner=cast.teammate)  # theirs already
    with origin(actor=lambda: cast.manager.pk):
        assert change_customers(Customer.objects.all(), {"owner": cast.teammate}, cast.manager) == 501
    assert told() == [("Tom Teammate", "Customers handed to you: 500")]


def test_the_chunks_of_one_operation_add_up(cast: Cast) -> None:
    customers = [CustomerFactory(owner=cast.owner) for _number in range(5)]
    with origin(actor=lambda: cast.manager.pk, operation=77):
        for chunk in (customers[:2], customers[2:]):
            rows = Customer.objects.filter(pk__in=[one.pk for one in chunk])
            change_customers(rows, {"owner": cast.teammate}, cast.manager)
            Notification.objects.mark_seen()
    assert told() == [("Tom Teammate", "Customers handed to you: 5")]


def test_taking_customers_in_bulk_tells_nobody(cast: Cast) -> None:
    CustomerFactory(owner=cast.owner)
    with origin(actor=lambda: cast.teammate.pk):
        change_customers(Customer.objects.all(), {"owner": cast.teammate}, cast.teammate)
        change_customers(Customer.objects.all(), {"industry": "Tea"}, cast.teammate)
    assert told() == []
