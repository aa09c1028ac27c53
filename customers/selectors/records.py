"""Page-shaped reads across customers."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from customers.models import Activity, Customer
from customers.querysets import CustomerQuerySet

PAGE = 25


def stream(customer: Customer, before: tuple[dt.datetime, int] | None = None) -> list[Activity]:
    """Return the next entries of the timeline, latest first; one more than a page tells that there is more.

    `before` is the moment and key of the last entry seen, so every page costs the same.
    """
    entries: QuerySet[Activity] = Activity.objects.filter(customer=customer).select_related("actor")
    if before is not None:
        at, pk = before
        entries = entries.extra(where=["(occurred_at, customers_activity.id) < (%s, %s)"], params=[at, pk])
    return list(entries.order_by("-occurred_at", "-id")[: PAGE + 1])


def with_related() -> CustomerQuerySet:
    """Return customers with everything their page shows, in three queries."""
    related = ("owner", "team", "organisation", "metrics", "score")
    return Customer.objects.select_related(*related).prefetch_related("contact_points", "addresses")
