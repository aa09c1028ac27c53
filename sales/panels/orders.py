"""What orders, payments and products add to the shell and to the customer's page."""

from __future__ import annotations

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from crm_site.events.models import EventRecord
from crm_site.fields.hosts import Host
from crm_site.pages import formatting
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, Hit, record_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from sales.choices import OrderKind, OrderStatus
from sales.events import OrderPlaced
from sales.lists import order_list, product_list
from sales.models import Order, Product
from sales.services.bulk import change_orders, change_products

SHOWN = 5
# Fewer signs, such as those of a year, are in the numbers of a million orders.
PART_OF_NUMBER = 5

register_nav(
    NavItem(
        code="orders", label=_("Orders"), icon="shopping-cart", url_name="sales:order-list", group=Group.SELL,
        module="sales", order=20, phone=True,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="payments", label=_("Payments"), icon="cash", url_name="sales:payment-list", group=Group.SELL,
        module="sales", order=30,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="products", label=_("Products"), icon="package", url_name="sales:product-list", group=Group.SELL,
        module="sales", order=40,
    )
)  # fmt: skip
register_palette(
    record_source(
        order_list,
        hit=lambda one: Hit(
            label=one.number, url=one.get_absolute_url(), icon="shopping-cart", context=one.customer_label
        ),
        latest="ordered_at",
        only=("number", "customer__name"),
        related_to=("customer",),
        exact=lambda rows, asked: [rows.filter(number__in={asked.text, asked.text.upper()})],
        identifiers=lambda one: (one.number,),
        # Old orders are found by a good part of their numbers, and by their customers, who were found before.
        deep=lambda asked: asked.has_number and len(asked.text) >= PART_OF_NUMBER,
        follows="customers",
        related=lambda rows, customers: rows.filter(customer__in=customers).order_by("-ordered_at", "-pk"),
        order=55,
    )
)
register_palette(
    record_source(
        product_list,
        hit=lambda one: Hit(label=one.name, url=one.get_absolute_url(), icon="package", context=one.sku),
        exact=lambda rows, asked: [rows.filter(sku__in={asked.text, asked.text.upper()})],
        identifiers=lambda one: (one.sku,),
        order=65,
    )
)
register_step(
    Step(
        code="enter-order",
        label=_("Enter an order"),
        icon="shopping-cart",
        url_name="sales:order-create",
        order=30,
        evidence=lambda user: EventRecord.objects.filter(name=OrderPlaced.name(), actor=user),
        allowed=lambda user: user.access.can_edit("sales"),
    )
)
register_command(
    Command(code="new-order", label=_("New order"), icon="plus", url_name="sales:order-create", module="sales")
)
register_panel(
    Panel(
        code="orders", title=_("Orders"), kind="customer", url_name="sales:customer-orders-panel", module="sales",
        order=20, rows=4,
    )
)  # fmt: skip


def open_orders(user: User) -> TodayContent:
    """Return placed orders that are not paid in full, the oldest first."""
    found = Order.objects.visible_to(user).filter(
        kind=OrderKind.ORDER, status=OrderStatus.PLACED, paid_total__lt=F("total")
    )
    rows = [
        TodayRow(
            label=one.number,
            url=one.get_absolute_url(),
            context=f"{one.customer_label} · {formatting.date(one.ordered_at)}",
            value=formatting.money(one.open_amount, one.currency),
        )
        for one in found.select_related("customer").order_by("ordered_at", "id")[:SHOWN]
    ]
    return TodayContent(
        count=found.count(),
        rows=rows,
        url=order_list.url(kind="order", status=[OrderStatus.PLACED.value], sort="date"),
        empty=_("Every placed order is paid."),
    )


register_today(
    TodayCard(code="open-orders", title=_("Waiting for payment"), icon="cash", module="sales", load=open_orders)
)
register_panel(
    Panel(
        code="history-order",
        title=_("History"),
        kind="order",
        url_name="history:record-panel",
        arguments=("sales.order",),
        module="sales",
        order=900,
    )
)
register_panel(
    Panel(
        code="history-product",
        title=_("History"),
        kind="product",
        url_name="history:record-panel",
        arguments=("sales.product",),
        module="sales",
        order=900,
    )
)
offer_custom_fields(
    Host("product", Product, _("Products"), list_code="products", import_kind="products", change_many=change_products)
)
offer_custom_fields(
    Host(
        "order",
        Order,
        _("Orders"),
        list_code="orders",
        subject="order",
        import_kind="orders",
        change_many=change_orders,
    )
)
