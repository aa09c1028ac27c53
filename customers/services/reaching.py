"""Numbers, mail addresses, ids and postal addresses of a customer, one by one: added, changed, removed, put first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.lib.phones import to_e164
from crm_site.lib.text import clean_text
from customers.choices import ContactKind
from customers.events import CustomerChanged
from customers.models import Address, ContactPoint, Customer
from customers.services.contacts import ADDRESS_PARTS, normal_form
from customers.services.indexing import index_customer

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Nobody has more; a file that says otherwise has lost its columns.
MOST = 50


def add_contact(customer: Customer, facts: Mapping[str, Any], user: User | None) -> ContactPoint:
    """Add a contact point (`kind`, `value`, `label`, `is_primary`); the first of its kind becomes the primary one.

    Raises ValidationError for what is none of its kind, and for what the customer has already.
    """
    with transaction.atomic():
        _lock(customer)
        point = ContactPoint(customer=customer)
        _fill(point, facts)
        _save_contact(point, first=bool(facts.get("is_primary")), user=user)
    return point


def change_contact(point: ContactPoint, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a contact point; raise ValidationError as `add_contact` does."""
    with transaction.atomic():
        _lock(point.customer)
        _fill(point, {"kind": point.kind, "label": point.label, **facts})
        _save_contact(point, first=bool(facts.get("is_primary", point.is_primary)), user=user)


def remove_contact(point: ContactPoint, user: User | None) -> None:
    """Remove a contact point; of the others of its kind the oldest becomes the primary one in its place."""
    with transaction.atomic():
        _lock(point.customer)
        others = ContactPoint.objects.filter(customer=point.customer_id, kind=point.kind).exclude(pk=point.pk)
        _step_back(point, others.order_by("pk").first())
        ContactPoint.objects.filter(pk=point.pk).delete()
        _tell(point.customer, point.kind, user)


def put_contact_first(point: ContactPoint, user: User | None) -> None:
    """Make a contact point the primary one of its kind."""
    with transaction.atomic():
        _lock(point.customer)
        _put_first(point)
        _tell(point.customer, point.kind, user)


def add_address(customer: Customer, facts: Mapping[str, Any], user: User | None) -> Address:
    """Add an address (its parts, `country`, `label`, `is_primary`); the first becomes the primary one.

    Raises ValidationError for an empty one, and for one that the customer has already.
    """
    with transaction.atomic():
        _lock(customer)
        address = Address(customer=customer)
        _save_address(address, facts, user)
    return address


def change_address(address: Address, facts: Mapping[str, Any], user: User | None) -> None:
    """Change an address; raise ValidationError as `add_address` does."""
    with transaction.atomic():
        _lock(address.customer)
        _save_address(address, {"is_primary": address.is_primary, **facts}, user)


def remove_address(address: Address, user: User | None) -> None:
    """Remove an address; of the others the oldest becomes the primary one in its place."""
    with transaction.atomic():
        _lock(address.customer)
        others = Address.objects.filter(customer=address.customer_id).exclude(pk=address.pk)
        _step_back(address, others.order_by("pk").first())
        Address.objects.filter(pk=address.pk).delete()
        _tell(address.customer, "address", user)


def put_address_first(address: Address, user: User | None) -> None:
    """Make an address the primary one."""
    with transaction.atomic():
        _lock(address.customer)
        _put_first(address)
        _tell(address.customer, "address", user)


def _lock(customer: Customer) -> None:
    """Have changes of one customer's addresses wait for each other: of each kind one is the primary."""
    Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)


def _fill(point: ContactPoint, facts: Mapping[str, Any]) -> None:
    """Give a contact point its values in normal form; raise ValidationError for what is none of its kind."""
    point.kind, point.label = facts["kind"], facts.get("label") or ""
    value = clean_text(str(facts.get("value", point.value))).strip()
    if not value:
        raise ValidationError({"value": _("Type it in, or remove it.")})
    if point.kind == ContactKind.EMAIL:
        try:
            validate_email(value)
        except ValidationError as error:
            raise ValidationError({"value": error.messages}) from error
    if point.kind == ContactKind.PHONE and to_e164(value, settings.DEFAULT_PHONE_REGION) is None:
        raise ValidationError({"value": _("This is not a phone number.")})
    point.value, point.normal = value, normal_form(point.kind, value)


def _save_contact(point: ContactPoint, *, first: bool, user: User | None) -> None:
    others = ContactPoint.objects.filter(customer=point.customer_id, kind=point.kind).exclude(pk=point.pk)
    if others.filter(normal=point.normal).exists():
        raise ValidationError({"value": _("This customer has it already.")})
    _refuse_crowds(others.count())
    point.is_primary = point.is_primary and first
    point.save()
    if first or not others.filter(is_primary=True).exists():
        _put_first(point)
    _tell(point.customer, point.kind, user)


def _save_address(address: Address, facts: Mapping[str, Any], user: User | None) -> None:
    for name in (*ADDRESS_PARTS, "country"):
        if name in facts:
            setattr(address, name, clean_text(facts[name] or "").strip())
    address.label = facts.get("label", address.label) or ""
    others = Address.objects.filter(customer=address.customer_id).exclude(pk=address.pk)
    parts = {name: getattr(address, name) for name in ADDRESS_PARTS}
    if not any(parts.values()):
        raise ValidationError({"street": _("Type it in, or remove it.")})
    if others.filter(**{f"{name}__iexact": part for name, part in parts.items()}).exists():
        raise ValidationError({"street": _("This customer has it already.")})
    _refuse_crowds(others.count())
    first = bool(facts.get("is_primary"))
    address.is_primary = address.is_primary and first
    address.save()
    if first or not others.filter(is_primary=True).exists():
        _put_first(address)
    _tell(address.customer, "address", user)


def _refuse_crowds(others: int) -> None:
    if others >= MOST:
        raise ValidationError(_("At most %(count)d of one kind.") % {"count": MOST})


def _put_first(row: ContactPoint | Address | None) -> None:
    """Make a row the only primary one among those of its customer and kind."""
    if row is None:
        return
    rows: Any = type(row)._default_manager.filter(customer=row.customer_id, is_primary=True)
    if isinstance(row, ContactPoint):
        rows = rows.filter(kind=row.kind)
    # The other one first: there is never room for two.
    rows.exclude(pk=row.pk).update(is_primary=False)
    row.is_primary = True
    row.save(update_fields=["is_primary"])


def _step_back(row: ContactPoint | Address, heir: ContactPoint | Address | None) -> None:
    """Let another row be the primary one before a row goes: an undo finds room for it again, and puts it first."""
    if row.is_primary:
        type(row)._default_manager.filter(pk=row.pk).update(is_primary=False)
        _put_first(heir)


def _tell(customer: Customer, what: str, user: User | None) -> None:
    """Derive what the customer is found by again, and say that it changed."""
    Customer.objects.filter(pk=customer.pk).update(version=F("version") + 1, updated_at=Now())
    index_customer(Customer.objects.get(pk=customer.pk))
    publish(CustomerChanged(customer_id=customer.pk, fields=what), user)
