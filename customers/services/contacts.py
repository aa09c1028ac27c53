"""Contact points: normalised so that the same address is found however it was typed."""

from __future__ import annotations

from django.conf import settings

from crm_site.lib.phones import to_e164
from customers.choices import ContactKind
from customers.models import ContactPoint, Customer


def normal_form(kind: str, value: str) -> str:
    """Return the form that is compared: E.164 for phones, lower case for the rest."""
    value = value.strip()
    if kind == ContactKind.PHONE:
        return to_e164(value, settings.DEFAULT_PHONE_REGION) or "".join(value.split())
    return value.lower()


def set_primary_contact(customer: Customer, kind: str, value: str) -> None:
    """Make `value` the customer's primary contact point of that kind; an empty value removes the primary one."""
    points = ContactPoint.objects.filter(customer=customer, kind=kind)
    normal = normal_form(kind, value)
    current = points.filter(is_primary=True).first()
    if current is not None and current.normal != normal:
        current.delete()
    if not normal:
        return
    points.update_or_create(
        customer=customer, kind=kind, normal=normal, defaults={"value": value.strip(), "is_primary": True}
    )
