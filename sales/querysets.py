"""Chainable vocabulary of sales."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from crm_site.staff.querysets import FollowingQuerySet, OwnedQuerySet, SharedQuerySet
from sales.choices import OrderKind, OrderStatus

if TYPE_CHECKING:
    from sales.models import Order, Payment, Product  # noqa: F401 - named in strings below


class ProductQuerySet(SharedQuerySet["Product"]):
    """Products."""


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

    def in_period(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Keep documents dated in the half-open period."""
        return self.filter(ordered_at__gte=start, ordered_at__lt=end)


class PaymentQuerySet(FollowingQuerySet["Payment"]):
    """Payments."""

    parent = "order"
