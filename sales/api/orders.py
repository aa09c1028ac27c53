"""Products, orders and payments in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from crm_site.lib.money import is_currency
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from customers.models import Customer
from sales.lists import order_list, payment_list, product_list
from sales.models import Order, OrderLine, Payment, Product
from sales.services import change_order, change_product, create_product, place_order, record_payment
from sales.services.paying import OrderCancelledError


def check_currency(value: str) -> None:
    """Accept an ISO currency; raise ValidationError for anything else."""
    if not is_currency(value):
        raise serializers.ValidationError(_("This is not a currency, such as EUR or CNY."))


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product."""

    version = serializers.IntegerField(required=False, min_value=1)
    currency = serializers.CharField(max_length=3, required=False, validators=[check_currency])
    custom = CustomFieldsField("product")

    class Meta:
        model = Product
        fields = (
            "id", "sku", "name", "category", "unit_price", "currency", "is_active", "description", "created_at",
            "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = ("created_at", "updated_at")


class ProductViewSet(RecordViewSet):
    """Products."""

    list_page = product_list
    serializer_class = ProductSerializer

    def create_record(self, facts: dict[str, Any], user: Any) -> Product:
        """Add a product."""
        return create_product(facts, user)

    def change_record(self, record: Product, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a product."""
        change_product(record, version, facts, user)


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    """A position of an order."""

    product = VisibleRecordField(queryset=Product.objects.all(), required=False, allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, read_only=True)

    class Meta:
        model = OrderLine
        fields = ("product", "description", "quantity", "unit_price", "amount")


class OrderSerializer(serializers.ModelSerializer[Order]):
    """An order or credit with its lines; given lines replace the stored ones."""

    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    credited_order = VisibleRecordField(queryset=Order.objects.all(), required=False, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    number = serializers.CharField(max_length=64, required=False)
    currency = serializers.CharField(max_length=3, required=False, validators=[check_currency])
    exchange_rate = serializers.DecimalField(max_digits=18, decimal_places=8, required=False, min_value=0)
    lines = OrderLineSerializer(many=True, required=False)
    version = serializers.IntegerField(required=False, min_value=1)
    custom = CustomFieldsField("order")

    class Meta:
        model = Order
        fields = (
            "id", "number", "kind", "status", "customer", "credited_order", "ordered_at", "currency", "exchange_rate",
            "total", "base_total", "paid_total", "channel", "note", "owner", "team", "lines", "created_at",
            "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = ("base_total", "paid_total", "team", "created_at", "updated_at")


class OrderViewSet(RecordViewSet):
    """Orders and credit documents."""

    list_page = order_list
    serializer_class = OrderSerializer
    prefetched = ("lines",)

    def create_record(self, facts: dict[str, Any], user: Any) -> Order:
        """Place an order."""
        lines = facts.pop("lines", [])
        return place_order(facts, lines, user)

    def change_record(self, record: Order, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change an order."""
        lines = facts.pop("lines", None)
        change_order(record, version, facts, user, lines)


class PaymentSerializer(serializers.ModelSerializer[Payment]):
    """Money received for an order."""

    order = VisibleRecordField(queryset=Order.objects.all())

    class Meta:
        model = Payment
        fields = ("id", "order", "amount", "paid_at", "method", "reference")


class PaymentViewSet(RecordViewSet):
    """Payments: recorded once; a mistake is set right by a negative one."""

    list_page = payment_list
    serializer_class = PaymentSerializer
    http_method_names = ("get", "post", "head", "options")

    def create_record(self, facts: dict[str, Any], user: Any) -> Payment:
        """Record a payment for an order that the caller may change."""
        order = facts.pop("order")
        fetch_editable(Order.objects.all(), user, pk=order.pk)
        try:
            return record_payment(order, facts, user)
        except OrderCancelledError as error:
            raise serializers.ValidationError({"order": [_("A cancelled order takes no payment.")]}) from error


endpoints = (
    ("products", ProductViewSet),
    ("orders", OrderViewSet),
    ("payments", PaymentViewSet),
)
