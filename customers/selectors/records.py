"""Page-shaped reads across customers."""

from __future__ import annotations

from django.db.models import Max, OuterRef, Subquery

from customers.models import Customer, CustomerMetrics
from customers.querysets import CustomerQuerySet


def with_related() -> CustomerQuerySet:
    """Return customers with everything their page shows, in three queries."""
    related = ("owner", "team", "organisation", "metrics", "score")
    return Customer.objects.select_related(*related).prefetch_related("contact_points", "addresses")


def for_page() -> CustomerQuerySet:
    """Return customers with what their page shows; `people_ordered_at` is when organisations' people ordered last."""
    people = CustomerMetrics.objects.filter(customer__organisation=OuterRef("pk")).order_by()
    latest = people.values("customer__organisation").annotate(at=Max("last_order_at")).values("at")
    return with_related().prefetch_related("tags").annotate(people_ordered_at=Subquery(latest))
