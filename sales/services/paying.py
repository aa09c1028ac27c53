"""Recording payments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import DecimalField, F, Sum, Value
from django.db.models.functions import Coalesce

from crm_site.events.publishing import publish
from sales.events import PaymentReceived
from sales.models import Order, Payment

if TYPE_CHECKING:
    from crm_site.staff.models import User


class OrderCancelledError(Exception):
    """A cancelled order takes no payment."""


def record_payment(order: Order, facts: Mapping[str, Any], user: User | None) -> Payment:
    """Record a payment (a refund is negative) and bring the order's paid total up to date.

    The order is locked, so payments at the same moment are both counted. Raises OrderCancelledError.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if locked.is_cancelled:
            raise OrderCancelledError
        payment = Payment.objects.create(order=locked, **facts)
        zero = Value(0, output_field=DecimalField(max_digits=18, decimal_places=4))
        paid = locked.payments.aggregate(total=Coalesce(Sum("amount"), zero))["total"]
        Order.objects.filter(pk=order.pk).update(paid_total=paid, version=F("version") + 1)
        publish(PaymentReceived(payment_id=payment.pk, order_id=order.pk), user)
    return payment
