"""The tree of organisations stays a tree."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from customers.choices import CustomerKind
from customers.models import Customer
from customers.selectors.organisations import stands_above

# Two changes that are right one by one can close a ring together, so they take turns.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('customers_tree'))"


def check_parent(customer: Customer, organisation: Customer | None) -> None:
    """Raise ValidationError where a customer cannot belong to the organisation: it stands below the customer itself.

    Inside a transaction the answer holds until its end.
    """
    if organisation is None or organisation.pk == customer.organisation_id:
        return
    if organisation.kind != CustomerKind.ORGANISATION:
        raise ValidationError(
            {"organisation": _("“%(name)s” is a person. Choose an organisation.") % {"name": organisation}}
        )
    if customer.pk is None:
        return
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
    if stands_above(customer.pk, organisation.pk):
        message = _(
            "“%(lower)s” belongs to “%(upper)s” already, directly or through others. Choose another organisation."
        )
        raise ValidationError({"organisation": message % {"lower": organisation, "upper": customer}})
