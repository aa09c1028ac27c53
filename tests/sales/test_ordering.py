"""Orders: totals from lines, credits negative, payments summed, cancellations counted nowhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Activity
from sales.models import Order, Payment
from sales.services import cancel_order, change_order, place_order, record_payment
from sales.services.paying import OrderCancelledError
from tests.conftest import Cast
from tests.factories.records import CustomerFactory, OrderFactory, ProductFactory

SignIn = Callable[[User], Client]
LINES = [
    {"description": "Bolts", "quantity": Decimal("3"), "unit_price": Decimal("0.0333")},
    {"description": "Nuts", "quantity": Decimal("2.5"), "unit_price": Decimal("4")},
]


def test_an_order_is_numbered_totalled_and_belongs_to_its_customers_owner(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    facts = {"customer": customer, "currency": "USD", "exchange_rate": Decimal("0.9")}
    order = place_order(facts, LINES, cast.manager)
    assert order.number.startswith("SO-20")
    assert (order.owner, order.team) == (cast.owner, cast.owner.team)
    assert (order.total, order.base_total) == (Decimal("10.0999"), Decimal("9.0899"))
    assert place_order(facts, [], cast.manager).number > order.number


def test_a_credit_is_negative_however_it_was_typed(cast: Cast) -> None:
    credit = place_order({"kind": "credit"}, LINES, cast.owner)
    assert credit.number.startswith("CN-")
    assert credit.total == Decimal("-10.0999")
    assert {line.quantity for line in credit.lines.all()} == {Decimal("-3"), Decimal("-2.5")}
    assert place_order({"kind": "credit", "total": Decimal("5")}, [], cast.owner).total == Decimal("-5")


def test_only_what_is_not_cancelled_counts(cast: Cast) -> None:
    order = place_order({}, LINES, cast.owner)
    credit = place_order({"kind": "credit"}, LINES, cast.owner)
    assert list(Order.objects.orders()) == [order]
    assert list(Order.objects.credits()) == [credit]
    cancel_order(order, 1, cast.owner)
    assert list(Order.objects.counted()) == [credit]
    cancel_order(order, 99, cast.owner)
    assert Order.objects.get(pk=order.pk).version == 2


def test_the_customers_timeline_tells_the_story(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    order = place_order({"customer": customer}, LINES, cast.owner)
    record_payment(order, {"amount": Decimal("4")}, cast.owner)
    order.refresh_from_db()
    cancel_order(order, order.version, cast.owner)
    place_order({}, LINES, cast.owner)
    sentences = [entry.sentence for entry in Activity.objects.filter(customer=customer).order_by("id")]
    assert sentences == [
        f"Order {order.number}: €10.10",
        f"Payment of €4.00 for {order.number}",
        f"Order {order.number} was cancelled",
    ]
    assert Activity.objects.count() == 3


def test_changed_lines_replace_the_old_ones_and_a_stale_change_changes_nothing(cast: Cast) -> None:
    order = place_order({}, LINES, cast.owner)
    change_order(order, 1, {"channel": "shop"}, cast.owner, LINES[:1])
    order = Order.objects.get()
    assert (order.total, order.channel, order.lines.count()) == (Decimal("0.0999"), "shop", 1)
    with pytest.raises(StaleVersionError):
        change_order(order, 1, {"channel": "fair"}, cast.owner, LINES)
    assert (Order.objects.get().channel, order.lines.count()) == ("shop", 1)


@pytest.mark.django_db(transaction=True)
def test_payments_at_the_same_moment_are_all_counted() -> None:
    order = OrderFactory(total=100)
    numbers: list[str] = []

    def pay() -> None:
        record_payment(order, {"amount": Decimal("10")}, None)
        numbers.append(place_order({}, LINES, None).number)
        connection.close()

    threads = [threading.Thread(target=pay) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    order.refresh_from_db()
    assert (order.paid_total, order.open_amount) == (Decimal("80"), Decimal("20"))
    assert len(set(numbers)) == 8


def test_a_cancelled_order_takes_no_payment(cast: Cast, signed_in: SignIn) -> None:
    order = OrderFactory(customer=CustomerFactory(owner=cast.owner), status="cancelled")
    with pytest.raises(OrderCancelledError):
        record_payment(order, {"amount": Decimal("1")}, cast.owner)
    url = reverse("sales:order-pay", args=[order.pk])
    signed_in(cast.owner).post(url, {"amount": "5", "paid_at": "2026-01-01T10:00", "method": "card"})
    assert not Payment.objects.exists()


def form(**changes: str) -> dict[str, str]:
    """Return what the order form posts with two lines."""
    lines = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
    for at, (name, quantity, price) in enumerate((("Bolts", "3", "2.50"), ("Nuts", "", ""), ("", "", ""))):
        lines |= {
            f"lines-{at}-description": name,
            f"lines-{at}-quantity": quantity,
            f"lines-{at}-unit_price": price,
        }
    facts = {
        "kind": "order", "status": "placed", "currency": "eur", "exchange_rate": "1", "ordered_at_0": "2026-03-01",
        "ordered_at_1": "23:30",
    }  # fmt: skip
    return lines | facts | changes


def test_the_form_places_an_order_with_its_lines(cast: Cast, signed_in: SignIn) -> None:
    customer, product = CustomerFactory(owner=cast.owner), ProductFactory(unit_price=7)
    data = form(customer=str(customer.pk), **{"lines-1-product": str(product.pk)})
    response = signed_in(cast.owner).post(reverse("sales:order-create"), data)
    order = Order.objects.get()
    assert response.headers["Location"] == order.get_absolute_url()
    assert (order.total, order.currency, order.customer) == (Decimal("14.5"), "EUR", customer)
    assert [(line.description, line.quantity, line.unit_price) for line in order.lines.all()] == [
        ("Bolts", Decimal("3"), Decimal("2.5")),
        ("Nuts", Decimal("1"), Decimal("7")),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"currency": "XXQ"}, "This is not a currency"),
        ({"exchange_rate": "0"}, "The rate must be greater than 0."),
        ({"lines-0-quantity": "many"}, "Enter a number."),
        ({"lines-2-unit_price": "4"}, "Choose a product or describe the position."),
        ({"ordered_at_0": "2026-02-30"}, "Enter a valid date"),
    ],
)
def test_a_bad_order_is_refused_at_the_field(
    cast: Cast, signed_in: SignIn, changes: dict[str, str], words: str
) -> None:
    response = signed_in(cast.owner).post(reverse("sales:order-create"), form(**changes))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Order.objects.exists()


def test_a_foreign_customer_or_a_forged_form_places_nothing(cast: Cast, signed_in: SignIn) -> None:
    foreign = CustomerFactory(owner=cast.outsider)
    client = signed_in(cast.owner)
    assert client.post(reverse("sales:order-create"), form(customer=str(foreign.pk))).status_code == 422
    no_management = {name: value for name, value in form().items() if "FORMS" not in name}
    assert client.post(reverse("sales:order-create"), no_management).status_code == 422
    assert not Order.objects.exists()
