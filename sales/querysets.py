"""Chainable vocabulary of sales."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models

from crm_site.staff.querysets import OwnedQuerySet, SharedQuerySet
from sales.choices import OrderKind, OrderStatus

if TYPE_CHECKING:
    from crm_site.staff.models import User


class ProductQuerySet(SharedQuerySet["Product"]):
    """Products."""

    def active(self) -> Self:
        """Keep what can still be sold."""
        return self.filter(is_active=True)


class OrderQuerySet(OwnedQuerySet["Order"]):
    """Orders and credits. The rule of what counts stands here and nowhere else."""

    def counted(self) -> Self:
        """Keep what counts in figures: everything that is not cancelled."""
        return self.exclude(status=OrderStatus.CANCELLED)

    def orders(self) -> Self:
        """Keep counted orders; credits are no orders."""
        return self.counted().filter(kind=OrderKind.ORDER)

    def credits(self) -> Self:
        """Keep counted credit documents."""
        return self.counted().filter(kind=OrderKind.CREDIT)

    def walk_in(self) -> Self:
        """Keep sales without a customer."""
        return self.filter(customer=None)

    def in_period(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Keep documents dated in the half-open period."""
        return self.filter(ordered_at__gte=start, ordered_at__lt=end)


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Payments: seen with their order."""

    def visible_to(self, user: User) -> Self:
        """Keep payments of orders that the user may see."""
        from sales.models import Order

        return self.filter(order__in=Order.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        """Keep payments of orders that the user may change."""
        from sales.models import Order

        return self.filter(order__in=Order.objects.editable_by(user))
