"""Chainable vocabulary of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from crm_site.staff.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from crm_site.staff.models import User


class CustomerQuerySet(OwnedQuerySet["Customer"]):
    """Customers."""

    def for_lists(self) -> Self:
        """Load what a row shows: owner, organisation, figures and scores, in one query."""
        return self.select_related("owner", "organisation", "metrics", "score")


class ActivityQuerySet(models.QuerySet["Activity"]):
    """Timeline entries."""

    def visible_to(self, user: User) -> Self:
        """Keep entries of customers that the user may see."""
        from customers.models import Customer

        return self.filter(customer__in=Customer.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        """Keep the user's own entries on customers that are still visible."""
        return self.visible_to(user).filter(actor=user)
