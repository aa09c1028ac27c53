"""Administration of sales."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.staff.admin_records import RecordAdmin
from sales.models import Order, OrderLine, Payment, Product
from sales.services import change_order, change_product, create_product, place_order


@admin.register(Product)
class ProductAdmin(RecordAdmin[Product]):
    """Products."""

    record_fields = ("sku", "name", "category", "unit_price", "currency", "is_active", "description")
    list_display = ("name", "sku", "category", "unit_price", "currency", "is_active")
    list_filter = ("is_active",)
    search_fields = ("search_text",)

    def create_record(self, facts: dict[str, Any], user: Any) -> Product:
        """Add the product."""
        return create_product(facts, user)

    def change_record(self, record: Product, facts: dict[str, Any], user: Any) -> None:
        """Change the product."""
        change_product(record, record.version, facts, user)


class LineInline(admin.TabularInline[OrderLine, Order]):
    """Lines, edited on the order's page."""

    model = OrderLine
    extra = 0
    fields = ("position", "description", "quantity", "unit_price", "amount")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse new rows."""
        return False


@admin.register(Order)
class OrderAdmin(RecordAdmin[Order]):
    """Orders and credits; lines and payments belong to the order's own page."""

    record_fields = (
        "kind",
        "customer",
        "ordered_at",
        "status",
        "currency",
        "exchange_rate",
        "total",
        "channel",
        "note",
        "owner",
    )
    list_display = ("number", "kind", "customer", "status", "ordered_at", "total", "currency")
    list_filter = ("kind", "status")
    list_select_related = ("customer",)
    search_fields = ("search_text",)
    autocomplete_fields = ("customer", "owner")
    inlines = (LineInline,)

    def create_record(self, facts: dict[str, Any], user: Any) -> Order:
        """Place the order."""
        return place_order(facts, [], user)

    def change_record(self, record: Order, facts: dict[str, Any], user: Any) -> None:
        """Change the order."""
        change_order(record, record.version, facts, user)


@admin.register(Payment)
class PaymentAdmin(admin.ModelAdmin[Payment]):
    """Payments: recorded on the page of their order."""

    list_display = ("order", "amount", "paid_at", "method", "reference")
    list_select_related = ("order",)
    search_fields = ("reference", "order__number")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes: a mistake is set right by a negative payment."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False
