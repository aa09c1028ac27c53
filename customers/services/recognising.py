"""Recognising who writes from outside: the customer with exactly that contact point or number, if there is one."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from customers.choices import ContactKind
from customers.models import ContactPoint, Customer
from customers.services.contacts import normal_form

ORDER = (ContactKind.EMAIL, ContactKind.PHONE, ContactKind.WECHAT)


def normal_points(points: Mapping[str, str]) -> dict[str, str]:
    """Return contact points by kind in normal form, without the empty ones."""
    found = {kind.value: normal_form(kind, points.get(kind.value) or "") for kind in ORDER}
    return {kind: normal for kind, normal in found.items() if normal}


def wait_for_same(points: Mapping[str, str], identifier: str = "") -> None:
    """Let those who bring the same person in go one after another, until the end of the transaction.

    So two messages of one unknown person make one customer: the second finds whom the first made.
    """
    keys = [f"{kind}:{normal}" for kind, normal in normal_points(points).items()]
    keys += [f"identifier:{identifier.strip()}"] if identifier.strip() else []
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('customers_recognised'), hashtext(%s))", [key])


def recognise(points: Mapping[str, str], identifier: str = "") -> Customer | None:
    """Return the customer with that mail address, phone number, WeChat name or registration number, in this order.

    A person comes before their company: addresses such as info@ are shared.
    """
    for kind, normal in normal_points(points).items():
        known = ContactPoint.objects.filter(kind=kind, normal=normal).select_related("customer__owner")
        point = known.order_by("-customer__kind", "customer_id").first()
        if point is not None:
            return point.customer
    if identifier.strip():
        return Customer.objects.filter(identifier=identifier.strip()).order_by("pk").first()
    return None
