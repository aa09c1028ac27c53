"""What rules can say about orders, and about customers by their orders."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists.providers import register_filter_provider
from crm_site.pages.lists.rule_filter import RuleFilter
from crm_site.rules import Many, RuleField, RuleRelation, RuleSubject, extend_subject, register_subject
from customers.choices import CustomerKind, Stage, Tier
from customers.rules import teams
from sales.choices import OrderKind, OrderStatus, PaymentMethod
from sales.models import Order, OrderLine, Payment, Product

ORDER, BUYER = _("Order"), _("Customer")
FIELDS = (
    RuleField(name="total", label=_("Total in base currency"), kind="money", path="base_total", group=ORDER),
    RuleField(name="ordered", label=_("Order date"), kind="moment", path="ordered_at", group=ORDER),
    RuleField(name="status", label=_("Status"), kind="choice", choices=OrderStatus.choices, group=ORDER),
    RuleField(name="kind", label=_("Kind"), kind="choice", choices=OrderKind.choices, group=ORDER),
    RuleField(
        name="products",
        label=_("Products"),
        kind="tags",
        many=Many(OrderLine, "order_id", "product_id", Product),
        picker="products",
        group=ORDER,
    ),
    RuleField(name="number", label=_("Number"), kind="text", exact=True, group=ORDER),
    RuleField(name="channel", label=_("Channel"), kind="text", group=ORDER),
    RuleField(name="currency", label=_("Currency"), kind="text", group=ORDER),
    RuleField(name="note", label=_("Note"), kind="text", group=ORDER),
    RuleField(
        name="open_amount",
        label=_("Amount still to be paid"),
        kind="number",
        expression=lambda: F("total") - F("paid_total"),
        group=ORDER,
    ),
    RuleField(name="owner", label=_("Owner"), kind="person", group=ORDER),
    RuleField(name="team", label=_("Team"), kind="choice", choices=teams, group=ORDER),
    RuleField(name="created", label=_("Creation date"), kind="moment", path="created_at", group=ORDER),
    RuleField(name="customer_name", label=_("Customer's name"), kind="text", path="customer__name", group=BUYER),
    RuleField(
        name="customer_country", label=_("Customer's country"), kind="text", path="customer__country", group=BUYER
    ),
    RuleField(
        name="customer_kind",
        label=_("Customer's kind"),
        kind="choice",
        path="customer__kind",
        choices=CustomerKind.choices,
        group=BUYER,
    ),
    RuleField(
        name="customer_stage",
        label=_("Customer's stage"),
        kind="choice",
        path="customer__stage",
        choices=Stage.choices,
        group=BUYER,
    ),
    RuleField(
        name="customer_tier",
        label=_("Customer's value tier"),
        kind="choice",
        path="customer__score__tier",
        choices=Tier.choices,
        group=BUYER,
    ),
)


def counted_orders(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Keep what counts as an order in every figure."""
    orders: QuerySet[Any] = rows.orders()  # type: ignore[attr-defined]  # the queryset of orders
    return orders


LINES = RuleRelation(
    name="lines",
    label=_("Order lines"),
    noun=ngettext_lazy("order line", "order lines"),
    model=OrderLine,
    link="order",
    fields=(
        RuleField(name="quantity", label=_("Quantity"), kind="number"),
        RuleField(name="amount", label=_("Amount"), kind="number"),
        RuleField(name="category", label=_("Product category"), kind="text", path="product__category"),
        RuleField(name="sku", label=_("Product code"), kind="text", path="product__sku"),
    ),
)
PAYMENTS = RuleRelation(
    name="payments",
    label=_("Payments"),
    noun=ngettext_lazy("payment", "payments"),
    model=Payment,
    link="order",
    module="sales",
    moment="paid_at",
    moment_label=_("Payment date"),
    fields=(
        RuleField(name="amount", label=_("Amount"), kind="number"),
        RuleField(name="method", label=_("Method"), kind="choice", choices=PaymentMethod.choices),
        RuleField(name="paid", label=_("Payment date"), kind="moment", path="paid_at"),
    ),
)

register_subject(
    RuleSubject(
        code="order",
        label=_("Orders"),
        model=Order,
        module="sales",
        list_code="orders",
        list_url="sales:order-list",
        fields=FIELDS,
        relations=(LINES, PAYMENTS),
    )
)
extend_subject(
    "customer",
    relations=[
        RuleRelation(
            name="orders",
            label=_("Orders"),
            noun=ngettext_lazy("order", "orders"),
            model=Order,
            link="customer",
            module="sales",
            subject="order",
            base=counted_orders,
            moment="ordered_at",
            moment_label=_("Order date"),
        )
    ],
)
register_filter_provider("orders", lambda: (RuleFilter(subject="order"),))
