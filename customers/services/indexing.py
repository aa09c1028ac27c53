"""Keeping a customer's search text and sort key in step with its facts."""

from __future__ import annotations

from collections.abc import Iterable

from crm_site.lib.text import search_text, sort_key
from customers.models import Customer


def customer_search_text(name: str, reference: str, identifier: str, points: Iterable[tuple[str, str]]) -> str:
    """Return what a customer is found by; `points` are contact points as typed and in normal form."""
    return search_text([name, reference, identifier, *(form for point in points for form in point)])


def index_customers(ids: Iterable[int]) -> None:
    """Derive the search text and sort key of these customers again."""
    for customer in Customer.objects.filter(pk__in=list(ids)).prefetch_related("contact_points"):
        index_customer(customer)


def index_customer(customer: Customer) -> None:
    """Derive `search_text` and `sort_key` again from name, reference, identifier and contact points."""
    points = [(point.value, point.normal) for point in customer.contact_points.all()]
    text = customer_search_text(customer.name, customer.reference, customer.identifier, points)
    Customer.objects.filter(pk=customer.pk).update(search_text=text, sort_key=sort_key(customer.name)[:200])
