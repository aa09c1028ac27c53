"""Keeping a customer's search text and sort key in step with its facts."""

from __future__ import annotations

from crm_site.lib.text import search_text, sort_key
from customers.models import Customer


def index_customer(customer: Customer) -> None:
    """Derive `search_text` and `sort_key` again from name, reference, identifier and contact points."""
    contacts = [point.normal for point in customer.contact_points.all()]
    values = [point.value for point in customer.contact_points.all()]
    text = search_text([customer.name, customer.reference, customer.identifier, *values, *contacts])
    Customer.objects.filter(pk=customer.pk).update(search_text=text, sort_key=sort_key(customer.name)[:200])
