"""Reactions to orders, products and opportunities, and the verbs that say them on the customer's timeline."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.handling import handles
from crm_site.events.verbs import Eraser, register_verb
from crm_site.history.events import OperationUndone, RecordsRestored
from crm_site.history.restorers import register_restorer
from crm_site.notifications.following import followers_of
from crm_site.notifications.kinds import NotificationKind, register_kind
from crm_site.notifications.notifying import notify
from crm_site.staff.subjects import register_subject
from customers.events import InteractionLogged, NoteAdded, TaskFinished, TasksChanged
from customers.services import log_activity
from sales.events import (
    OpportunityChanged,
    OpportunityLost,
    OpportunityMoved,
    OpportunityOpened,
    OpportunityReopened,
    OpportunityWon,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    PaymentReceived,
)
from sales.models import Opportunity, Order, Payment, Product
from sales.services import deal_telling
from sales.services.cataloguing import change_product, index_products
from sales.services.dealing import change_opportunity, index_opportunities
from sales.services.ordering import change_order

register_restorer(Order, change_order)
register_restorer(Product, change_product, index_products)
register_restorer(Opportunity, change_opportunity, index_opportunities)
register_subject("order", Order, "sales:order-detail")
register_subject("opportunity", Opportunity, "sales:opportunity-detail")
for kind in (deal_telling.OWNED, *deal_telling.FOLLOWED.values()):
    register_kind(kind)
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


def deal_link(data: dict[str, Any]) -> str:
    """Return the address of the opportunity an entry is about."""
    return reverse("sales:opportunity-detail", args=[data["subject_id"]])


for verb, sentence, picture, system in (
    ("opened", _("Opportunity “%(name)s” was opened: %(amount)s"), "target-arrow", False),
    ("changed", _("Opportunity “%(name)s” was changed"), "pencil", True),
    ("moved", _("Opportunity “%(name)s” moved to %(stage)s"), "stairs", False),
    ("won", _("Opportunity “%(name)s” was won: %(amount)s"), "trophy", False),
    ("lost", _("Opportunity “%(name)s” was lost: %(amount)s"), "thumb-down", False),
    ("reopened", _("Opportunity “%(name)s” was reopened"), "rotate", False),
):
    register_verb(f"opportunity.{verb}", sentence, picture, Eraser.KEEP, deal_link, system=system)
register_verb("opportunity.imported", _("Opportunities were imported"), "upload", Eraser.KEEP, system=True)
register_verb("opportunity.set_up", _("How is sold was set up"), "settings", Eraser.KEEP, system=True)

DealEvent = (
    OpportunityOpened | OpportunityChanged | OpportunityMoved | OpportunityWon | OpportunityLost | OpportunityReopened
)


@handles(OpportunityOpened, OpportunityChanged, OpportunityMoved, OpportunityWon, OpportunityLost, OpportunityReopened)
def show_deal(event: DealEvent) -> None:
    """Say on the customer's timeline what happened to a deal."""
    deal_telling.show_deal(event.opportunity_id, event.verb)


@handles(OpportunityOpened, OpportunityChanged)
def tell_owner_of_deal(event: OpportunityOpened | OpportunityChanged) -> None:
    """Tell somebody whose deal it is now."""
    if isinstance(event, OpportunityOpened) or "owner" in event.fields.split(","):
        deal_telling.tell_owner(event.opportunity_id, getattr(event, "former_owner_id", 0))


@handles(OpportunityOpened, OpportunityMoved, OpportunityWon, OpportunityLost, after_commit=True)
def tell_followers_of_deal(event: OpportunityOpened | OpportunityMoved | OpportunityWon | OpportunityLost) -> None:
    """Tell those who follow the deal or its customer."""
    deal_telling.tell_followers(event.opportunity_id, event.verb, None)


@handles(NoteAdded, InteractionLogged)
def touch_deal_by_entry(event: NoteAdded | InteractionLogged) -> None:
    """Count what was said about a deal as a touch of it."""
    deal_telling.touch_by_entry(event.activity_id)


@handles(TaskFinished)
def touch_deal_by_task(event: TaskFinished) -> None:
    """Count a task done about a deal as a touch of it."""
    deal_telling.touch_by_task(event.task_id)


@handles(TasksChanged)
def touch_deals_by_tasks(event: TasksChanged) -> None:
    """Count many tasks done at once as touches of their deals."""
    if event.operation_id and "state" in event.fields.split(","):
        deal_telling.touch_by_operation(event.operation_id)


@handles(OperationUndone, RecordsRestored)
def follow_restored_deals(event: OperationUndone | RecordsRestored) -> None:
    """Derive anew what follows from deals that came back, in the transaction that brings them."""
    deal_telling.follow_operation(event.undo_id if isinstance(event, OperationUndone) else event.operation_id)
