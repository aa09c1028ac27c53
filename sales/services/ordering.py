"""Placing, changing and cancelling orders and credit documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from crm_site.events.publishing import publish
from crm_site.fields.values import with_custom
from crm_site.lib.days import organisation_day
from crm_site.lib.text import search_text
from crm_site.numbering.sequences import next_number
from crm_site.staff.versioning import save_versioned
from sales.choices import OrderKind, OrderStatus
from sales.events import OrderCancelled, OrderChanged, OrderPlaced
from sales.models import Order, OrderLine

if TYPE_CHECKING:
    from crm_site.staff.models import User

PREFIXES = {OrderKind.ORDER: "SO", OrderKind.CREDIT: "CN"}


def place_order(facts: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], user: User | None) -> Order:
    """Enter an order or credit; its total is the sum of the lines, or `total` when there are none.

    Owner and team follow the customer's, or the user's for a walk-in sale. Credits are stored negative,
    however they were typed.
    """
    order = Order(**{"currency": settings.BASE_CURRENCY, **facts})
    order.number = order.number or next_number(PREFIXES[OrderKind(order.kind)], "sales_order_number")
    _assign(order, user)
    with transaction.atomic():
        order.search_text = order_search_text(order)
        order.save(force_insert=True)
        save_lines(order, lines)
        set_totals(order)
        publish(OrderPlaced(order_id=order.pk), user)
    return order


def change_order(
    order: Order,
    version: int,
    facts: Mapping[str, Any],
    user: User | None,
    lines: Iterable[Mapping[str, Any]] | None = None,
) -> None:
    """Change an order that was read at `version`; given lines replace the old ones.

    Raises StaleVersionError when the order has moved on.
    """
    former_customer, former_day = order.customer_id or 0, organisation_day(order.ordered_at).isoformat()
    with transaction.atomic():
        save_versioned(order, version, with_custom(order, facts))
        if lines is not None:
            order.lines.all().delete()
            save_lines(order, lines)
        set_totals(order)
        Order.objects.filter(pk=order.pk).update(search_text=order_search_text(order))
        fields = ",".join([*facts, *(["lines"] if lines is not None else [])])
        event = OrderChanged(
            order_id=order.pk, fields=fields, former_customer_id=former_customer, former_day=former_day
        )
        publish(event, user)


def cancel_order(order: Order, version: int, user: User | None) -> None:
    """Cancel an order, so that it counts nowhere; a cancelled one stays as it is."""
    if order.is_cancelled:
        return
    with transaction.atomic():
        save_versioned(order, version, {"status": OrderStatus.CANCELLED})
        publish(OrderCancelled(order_id=order.pk), user)


def save_lines(order: Order, lines: Iterable[Mapping[str, Any]]) -> None:
    """Write the lines in their order; the quantities of a credit are negative."""
    rows = [OrderLine(order=order, position=number, **line) for number, line in enumerate(lines, 1)]
    for row in rows:
        if order.is_credit:
            row.quantity = -abs(Decimal(row.quantity))
        if not row.description and row.product is not None:
            row.description = row.product.name
    OrderLine.objects.bulk_create(rows)


def set_totals(order: Order) -> None:
    """Sum the lines, if there are any, and express the total in the base currency."""
    summed = order.lines.aggregate(total=Sum("amount"))["total"]
    total = Decimal(order.total if summed is None else summed)
    if order.is_credit:
        total = -abs(total)
    order.total = total
    order.base_total = (total * Decimal(order.exchange_rate)).quantize(Decimal("0.0001"))
    Order.objects.filter(pk=order.pk).update(total=order.total, base_total=order.base_total)


def order_search_text(order: Order) -> str:
    """Return what an order is found by: its number and its customer's name."""
    return search_text([order.number, order.customer.name if order.customer else ""])


def _assign(order: Order, user: User | None) -> None:
    source: Any = order.customer or None
    if order.owner_id is None:
        order.owner_id = source.owner_id if source else (user.pk if user else None)
    if order.team_id is None:
        order.team_id = source.team_id if source else (user.team_id if user else None)
