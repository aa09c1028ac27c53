"""Orders, credit documents, their lines and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel
from customers.models import Customer
from sales.choices import OrderKind, OrderStatus, PaymentMethod
from sales.models.product import Product
from sales.querysets import OrderQuerySet, PaymentQuerySet


class Order(CustomisedModel, OwnedModel):
    """One document: an order, or a credit with negative totals on its own date.

    `total` is in `currency`, kept to four decimals; `base_total` is the same in the base currency at the
    day's rate. An order without a customer is a walk-in sale: in revenue and product figures, in no customer's.
    """

    history: ClassVar[Tracking] = Tracking(hidden=("search_text",))

    access_module = "sales"
    custom_host = "order"

    number = models.CharField(_("number"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=6, choices=OrderKind.choices, default=OrderKind.ORDER)
    status = models.CharField(_("status"), max_length=10, choices=OrderStatus.choices, default=OrderStatus.PLACED)
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
        help_text=_("Leave empty for a walk-in sale."),
        db_index=False,
    )
    credited_order = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="credits",
        verbose_name=_("credits the order"),
    )
    ordered_at = models.DateTimeField(_("date"), default=timezone.now)
    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("rate to base currency"), max_digits=18, decimal_places=8, default=1)
    total = models.DecimalField(_("total"), max_digits=18, decimal_places=4, default=0)
    base_total = models.DecimalField(_("total in base currency"), max_digits=18, decimal_places=4, default=0)
    paid_total = models.DecimalField(_("paid"), max_digits=18, decimal_places=4, default=0)
    channel = models.CharField(_("channel"), max_length=50, blank=True)
    note = models.TextField(_("note"), blank=True)
    search_text = models.TextField(editable=False, default="")

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = (
            models.Index(fields=("ordered_at", "id"), name="order_date"),
            models.Index(fields=("owner", "ordered_at", "id"), name="order_owner_date"),
            models.Index(fields=("base_total", "id"), name="order_total"),
            models.Index(fields=("owner", "base_total", "id"), name="order_owner_total"),
            models.Index(fields=("customer", "ordered_at"), name="order_customer_date"),
            # What rules, scores and values count and sum per customer is read from this index alone, in its order.
            models.Index(
                fields=("customer", "ordered_at"),
                include=("base_total", "kind"),
                condition=~Q(status=OrderStatus.CANCELLED),
                name="order_counted",
            ),
            GinIndex(fields=("search_text",), name="order_search", opclasses=("gin_trgm_ops",)),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the order's page."""
        return reverse("sales:order-detail", args=[self.pk])

    @property
    def customer_label(self) -> str:
        """The customer's name, or what a sale without one is called."""
        return self.customer.name if self.customer else gettext("Walk-in sale")

    @property
    def is_credit(self) -> bool:
        """Tell a credit document from an order."""
        return self.kind == OrderKind.CREDIT

    @property
    def is_cancelled(self) -> bool:
        """Tell whether the document counts nowhere."""
        return self.status == OrderStatus.CANCELLED

    @property
    def open_amount(self) -> Decimal:
        """Return what is still to be paid, in the order's currency."""
        return self.total - self.paid_total


class OrderLine(models.Model):
    """One position; the unit price has four decimals, so the amount is exact before rounding."""

    history: ClassVar[Tracking] = Tracking(root="order")

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, default=0)
    amount = models.GeneratedField(
        expression=F("quantity") * F("unit_price"),
        output_field=models.DecimalField(max_digits=18, decimal_places=4),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.description}"


class Payment(models.Model):
    """Money received for an order, in the order's currency; refunds are negative."""

    history: ClassVar[Tracking] = Tracking(root="order")

    access_module = "sales"

    order = models.ForeignKey(Order, models.CASCADE, related_name="payments", verbose_name=_("order"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    paid_at = models.DateTimeField(_("paid on"), default=timezone.now)
    method = models.CharField(_("method"), max_length=10, choices=PaymentMethod.choices, default=PaymentMethod.TRANSFER)
    reference = models.CharField(_("reference"), max_length=100, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("-paid_at", "-id")
        indexes = (models.Index(fields=("paid_at", "id"), name="payment_date"),)

    def __str__(self) -> str:
        return f"{self.amount} ({self.order_id})"
