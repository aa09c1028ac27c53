"""Administration of customers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.staff.admin_records import RecordAdmin
from customers.models import Activity, Address, ContactPoint, Customer, CustomerMetrics, CustomerScore, Tag
from customers.services import change_customer, create_customer


class ReadOnlyInline(admin.TabularInline[Any, Customer]):
    """Rows that are written elsewhere."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False


class ContactInline(ReadOnlyInline):
    """Contact points, edited on the customer's page."""

    model = ContactPoint


class AddressInline(ReadOnlyInline):
    """Addresses, edited on the customer's page."""

    model = Address


@admin.register(Customer)
class CustomerAdmin(RecordAdmin[Customer]):
    """Customers."""

    record_fields = (
        "kind", "name", "given_name", "family_name", "organisation", "job_title", "stage", "owner", "tags", "reference",
        "identifier", "birth_date", "industry", "website", "source", "country", "language", "time_zone",
    )  # fmt: skip
    list_display = ("name", "kind", "stage", "owner", "reference", "created_at")
    list_filter = ("kind", "stage")
    list_select_related = ("owner",)
    search_fields = ("search_text",)
    autocomplete_fields = ("organisation", "owner", "tags")
    inlines = (ContactInline, AddressInline)

    def create_record(self, facts: dict[str, Any], user: Any) -> Customer:
        """Create the customer."""
        return create_customer(facts, user)

    def change_record(self, record: Customer, facts: dict[str, Any], user: Any) -> None:
        """Change the customer."""
        change_customer(record, record.version, facts, user)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    """Words to put on customers."""

    search_fields = ("name",)


@admin.register(Activity, CustomerMetrics, CustomerScore)
class FindingsAdmin(admin.ModelAdmin[Any]):
    """Timeline and figures: history to read."""

    show_full_result_count = False
    raw_id_fields = ("customer",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False
