"""A customer with 5,000 timeline entries, in companies of every size."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from customers.models import Activity, Customer
from customers.selectors import PAGE

if TYPE_CHECKING:
    from crm_site.staff.models import User

ENTRIES = 5000
# Notes before anything else the company knows of, one an hour.
FILL = """
INSERT INTO customers_activity (customer_id, verb, occurred_at, actor_id, subject_kind, data, body)
SELECT %s, 'customer.note', %s - number * interval '1 hour', %s, '', '{"by": "Bench"}', 'They asked for a quote.'
FROM generate_series(1, %s) AS number
"""


def busy_customer(user: User) -> Customer:
    """Return a person of the user's whose timeline has at least 5,000 entries; they are written once."""
    mine = Customer.objects.visible_to(user).filter(kind="person", owner=user).order_by("pk")
    customer = mine.first() or Customer.objects.visible_to(user).filter(kind="person").order_by("pk")[0]
    entries = Activity.objects.filter(customer=customer)
    missing = ENTRIES - entries.count()
    if missing > 0:
        earliest = entries.order_by("occurred_at").values_list("occurred_at", flat=True).first()
        before = earliest or dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        with connection.cursor() as cursor:
            cursor.execute(FILL, [customer.pk, before, user.pk, missing])
    return customer


def busy_addresses(user: User) -> dict[str, str]:
    """Return the pages of that customer that are measured, by name."""
    customer = busy_customer(user)
    timeline = reverse("customers:customer-timeline", args=[customer.pk])
    near_end = Activity.objects.filter(customer=customer).order_by("-occurred_at", "-pk")[ENTRIES - PAGE - 1]
    place = urlencode({"at": near_end.occurred_at.isoformat(), "id": near_end.pk})
    return {
        "Customer with 5,000 entries": customer.get_absolute_url(),
        "Customer with 5,000 entries: first screen": timeline,
        "Customer with 5,000 entries: entry 5,000": f"{timeline}?{place}",
    }
