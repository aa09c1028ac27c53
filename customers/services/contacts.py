"""Contact points: normalised so that the same address is found however it was typed."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from crm_site.lib.phones import to_e164
from customers.choices import ContactKind
from customers.models import Address, ContactPoint, Customer

ADDRESS_PARTS = ("street", "district", "city", "region", "postal_code")


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


def set_primary_address(customer: Customer, parts: Mapping[str, str]) -> None:
    """Change parts of the customer's primary address; one that has nothing left is removed."""
    address = Address.objects.filter(customer=customer, is_primary=True).first()
    address = address or Address(customer=customer, is_primary=True, country=customer.country)
    for name, value in parts.items():
        setattr(address, name, value.strip())
    if any(getattr(address, name) for name in ADDRESS_PARTS):
        address.save()
    elif address.pk:
        address.delete()
