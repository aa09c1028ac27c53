"""Reactions to sales events, and the verbs that say them on the customer's timeline."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.restorers import register_restorer
from crm_site.notifications.following import followers_of
from crm_site.notifications.kinds import NotificationKind, register_kind
from crm_site.notifications.notifying import notify
from crm_site.staff.subjects import register_subject
from customers.services import log_activity
from sales.events import OrderCancelled, OrderChanged, OrderPlaced, PaymentReceived
from sales.models import Order, Payment, Product
from sales.services.cataloguing import change_product, index_products
from sales.services.ordering import change_order

register_restorer(Order, change_order)
register_restorer(Product, change_product, index_products)
register_subject("order", Order, "sales:order-detail")
register_kind(
    NotificationKind(
        "order.followed", _("An order of a customer I follow"), _("%(customer)s: order %(number)s"), "package"
    )
)


def order_link(data: dict[str, Any]) -> str:
    """Return the address of the order an entry is about."""
    return reverse("sales:order-detail", args=[data["subject_id"]])


register_verb("order.placed", _("Order %(number)s: %(amount)s"), "shopping-cart", Eraser.KEEP, order_link)
register_verb(
    "order.credited",
    _("Credit %(number)s: %(amount)s"),
    "receipt-refund",
    Eraser.KEEP,
    order_link,
)
register_verb("order.changed", _("Order %(number)s was changed"), "pencil", Eraser.KEEP, order_link, system=True)
register_verb("order.cancelled", _("Order %(number)s was cancelled"), "ban", Eraser.KEEP, order_link)
register_verb("payment.received", _("Payment of %(amount)s for %(number)s"), "cash", Eraser.KEEP, order_link)
register_verb("order.imported", _("Orders were imported"), "upload", Eraser.KEEP, system=True)
register_verb("product.created", _("Product was added"), "package", Eraser.KEEP, system=True)
register_verb("product.changed", _("Product was changed: %(fields)s"), "pencil", Eraser.KEEP, system=True)
register_verb("product.imported", _("Products were imported"), "upload", Eraser.KEEP, system=True)


@handles(OrderPlaced)
def show_order(event: OrderPlaced) -> None:
    """Put a new order or credit on its customer's timeline, on its own date."""
    order = Order.objects.get(pk=event.order_id)
    verb = "order.credited" if order.is_credit else event.verb
    _log(order, verb, order.ordered_at)


@handles(OrderChanged, OrderCancelled)
def show_change(event: OrderChanged | OrderCancelled) -> None:
    """Say on the timeline that an order changed."""
    _log(Order.objects.get(pk=event.order_id), event.verb, timezone.now())


@handles(PaymentReceived)
def show_payment(event: PaymentReceived) -> None:
    """Put a payment on the timeline of the order's customer."""
    payment = Payment.objects.select_related("order").get(pk=event.payment_id)
    _log(payment.order, event.verb, payment.paid_at, total=payment.amount)


def _log(order: Order, verb: str, at: Any, total: Any = None) -> None:
    amount = order.total if total is None else total
    data = {"number": order.number, "total": str(amount), "currency": order.currency}
    log_activity(order.customer_id, verb, at, subject=("order", order.pk), data=data)


@handles(OrderPlaced, after_commit=True)
def tell_followers(event: OrderPlaced) -> None:
    """Tell those who follow the customer, and may see the order, that it was placed."""
    order = Order.objects.select_related("customer").filter(pk=event.order_id).first()
    if order is None or order.customer is None:
        return
    notify(
        "order.followed",
        followers_of("customer", order.customer.pk, also=("order", order.pk)),
        key=f"order.followed:{order.pk}",
        url=order.get_absolute_url(),
        words={"customer": order.customer.name, "number": order.number},
        subject=("order", order.pk),
        actor=order.owner_id,
    )
