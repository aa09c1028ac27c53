"""Creating and changing customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm_site.events.publishing import publish
from crm_site.fields.values import with_custom
from crm_site.staff.versioning import save_versioned
from customers.choices import ContactKind, CustomerKind
from customers.events import CustomerChanged, CustomerCreated
from customers.models import Customer, CustomerMetrics, CustomerScore
from customers.services.contacts import ADDRESS_PARTS, set_primary_address, set_primary_contact
from customers.services.indexing import index_customer
from customers.services.lifecycle import place_customers
from customers.services.organising import check_parent

if TYPE_CHECKING:
    from crm_site.staff.models import User

CONTACTS = {"email": ContactKind.EMAIL, "phone": ContactKind.PHONE, "wechat": ContactKind.WECHAT}
# What stands in tables of its own; everything else is a column of the customer.
RELATED = (*CONTACTS, *ADDRESS_PARTS, "tags")


def create_customer(facts: Mapping[str, Any], user: User | None) -> Customer:
    """Create a customer with its figures and contact points; without an owner it belongs to `user`."""
    values = dict(facts)
    related = {name: values.pop(name) for name in RELATED if name in values}
    if user is not None and values.get("owner") is None:
        values["owner"] = user
    if values.get("team") is None and values.get("owner") is not None:
        values["team_id"] = values["owner"].team_id
        values.pop("team", None)
    with transaction.atomic():
        check_parent(Customer(), values.get("organisation"))
        customer = Customer.objects.create(**_named(values))
        CustomerMetrics.objects.create(customer=customer)
        CustomerScore.objects.create(customer=customer)
        _save_related(customer, related)
        index_customer(customer)
        publish(CustomerCreated(customer_id=customer.pk), user)
    return customer


def change_customer(customer: Customer, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change facts of a customer that was read at `version`; raise StaleVersionError when it has moved on.

    A new owner brings its team along, unless a team is given too. A stage given here stands against the rules.
    """
    values = with_custom(customer, facts)
    related = {name: values.pop(name) for name in RELATED if name in values}
    owner = values.get("owner")
    if owner is not None and "team" not in values and owner.pk != customer.owner_id:
        values["team"] = owner.team
    with transaction.atomic():
        check_parent(customer, values.get("organisation"))
        if values.get("stage", customer.stage) != customer.stage:
            place_customers([customer.pk], values["stage"], user)
        save_versioned(customer, version, values)
        _save_related(customer, related)
        index_customer(customer)
        changed = [*(name for name in (*values, *related) if name != "custom"), *facts.get("custom", ())]
        publish(CustomerChanged(customer_id=customer.pk, fields=",".join(changed)), user)


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Fill a person's display name from its parts when only they are given."""
    if not values.get("name") and values.get("kind", CustomerKind.PERSON) == CustomerKind.PERSON:
        given, family = values.get("given_name", ""), values.get("family_name", "")
        chinese = any("一" <= letter <= "鿿" for letter in f"{given}{family}")
        values["name"] = f"{family}{given}" if chinese else f"{given} {family}".strip()
    return values


def _save_related(customer: Customer, related: Mapping[str, Any]) -> None:
    for name, kind in CONTACTS.items():
        if name in related:
            set_primary_contact(customer, kind, related[name] or "")
    address = {name: related[name] or "" for name in ADDRESS_PARTS if name in related}
    if address:
        set_primary_address(customer, address)
    if related.get("tags") is not None:
        customer.tags.set(related["tags"])
