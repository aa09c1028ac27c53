"""Administration of sales."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.staff.admin_records import ReadOnlyAdmin, RecordAdmin
from sales.models import (
    Competitor,
    ContactRole,
    ExchangeRate,
    Opportunity,
    OpportunityChange,
    OpportunityLine,
    Order,
    OrderLine,
    Payment,
    Pipeline,
    Product,
    Reason,
    Stage,
)
from sales.services import (
    change_opportunity,
    change_order,
    change_product,
    create_product,
    open_opportunity,
    place_order,
)
from sales.services.selling_setup import change_pipeline, change_stage, create_pipeline, create_stage, save_set_up


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
class PaymentAdmin(ReadOnlyAdmin[Payment]):
    """Payments: recorded on the page of their order."""

    list_display = ("order", "amount", "paid_at", "method", "reference")
    list_select_related = ("order",)
    search_fields = ("reference", "order__number")


@admin.register(Pipeline)
class PipelineAdmin(RecordAdmin[Pipeline]):
    """Pipelines."""

    record_fields = ("name", "name_zh", "is_default", "is_active")
    list_display = ("name", "name_zh", "position", "is_default", "is_active")

    def create_record(self, facts: dict[str, Any], user: Any) -> Pipeline:
        """Add the pipeline."""
        return create_pipeline(facts, user)

    def change_record(self, record: Pipeline, facts: dict[str, Any], user: Any) -> None:
        """Change the pipeline."""
        change_pipeline(record, record.version, facts, user)


@admin.register(Stage)
class StageAdmin(RecordAdmin[Stage]):
    """Stages."""

    record_fields = ("pipeline", "name", "name_zh", "probability", "rot_days", "category", "required", "is_active")
    list_display = ("name", "pipeline", "position", "probability", "rot_days", "category", "is_active")
    list_filter = ("pipeline",)
    list_select_related = ("pipeline",)

    def create_record(self, facts: dict[str, Any], user: Any) -> Stage:
        """Add the stage."""
        return create_stage(facts.pop("pipeline"), facts, user)

    def change_record(self, record: Stage, facts: dict[str, Any], user: Any) -> None:
        """Change the stage; it stays in its pipeline."""
        facts.pop("pipeline", None)
        change_stage(record, record.version, facts, user)


class PlainAdmin(RecordAdmin[Any]):
    """Reasons, competitors and exchange rates."""

    def create_record(self, facts: dict[str, Any], user: Any) -> Any:
        """Add the record."""
        made = self.model()
        save_set_up(made, facts, user)
        return made

    def change_record(self, record: Any, facts: dict[str, Any], user: Any) -> None:
        """Change the record."""
        save_set_up(record, facts, user)


@admin.register(Reason)
class ReasonAdmin(PlainAdmin):
    """Reasons."""

    record_fields = ("kind", "name", "name_zh", "is_active")
    list_display = ("name", "kind", "name_zh", "is_active")
    list_filter = ("kind",)


@admin.register(Competitor)
class CompetitorAdmin(PlainAdmin):
    """Competitors."""

    record_fields = ("name", "website", "note")
    list_display = ("name", "website")
    search_fields = ("name",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(PlainAdmin):
    """Exchange rates."""

    record_fields = ("currency", "day", "rate")
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)


@admin.register(Opportunity)
class OpportunityAdmin(RecordAdmin[Opportunity]):
    """Opportunities; how they end, and their lines and contacts, belong to their own pages."""

    record_fields = (
        "name", "customer", "stage", "amount", "currency", "expected_close", "category", "source", "product", "owner",
        "note",
    )  # fmt: skip
    list_display = ("number", "name", "customer", "stage", "status", "amount", "currency", "expected_close")
    list_filter = ("status", "stage")
    list_select_related = ("customer", "stage")
    search_fields = ("search_text",)
    autocomplete_fields = ("customer", "owner", "product")

    def create_record(self, facts: dict[str, Any], user: Any) -> Opportunity:
        """Open the opportunity."""
        return open_opportunity(facts, user=user)

    def change_record(self, record: Opportunity, facts: dict[str, Any], user: Any) -> None:
        """Change the opportunity."""
        change_opportunity(record, record.version, facts, user)


@admin.register(OpportunityLine)
class OpportunityLineAdmin(ReadOnlyAdmin[Any]):
    """Lines of opportunities."""

    list_display = ("opportunity", "description", "quantity", "unit_price", "discount", "amount")
    list_select_related = ("opportunity",)


@admin.register(ContactRole)
class ContactRoleAdmin(ReadOnlyAdmin[Any]):
    """Contacts of opportunities."""

    list_display = ("opportunity", "person", "role", "is_primary")
    list_select_related = ("opportunity", "person")


@admin.register(OpportunityChange)
class OpportunityChangeAdmin(ReadOnlyAdmin[Any]):
    """The ledger of opportunities, written by the database."""

    list_display = ("at", "kind", "opportunity", "stage", "amount", "delta", "owner")
    list_select_related = ("opportunity", "stage", "owner")
