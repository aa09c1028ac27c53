"""Chainable vocabulary of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_site.staff.querysets import FollowingQuerySet, OwnedQuerySet

if TYPE_CHECKING:
    from customers.models import Activity, Customer  # noqa: F401 - named in strings below


class CustomerQuerySet(OwnedQuerySet["Customer"]):
    """Customers."""


class ActivityQuerySet(FollowingQuerySet["Activity"]):
    """Timeline entries."""

    parent = "customer"
