"""Administration of needs, their categories and their topics."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from crm_site.staff.admin_records import ReadOnlyAdmin, RecordAdmin
from sales.admin.selling import PlainAdmin
from sales.models import Need, NeedCategory, NeedTopic
from sales.services.needs import change_need, state_need


@admin.register(Need)
class NeedAdmin(RecordAdmin[Need]):
    """Needs; what ends them happens on their own page."""

    record_fields = (
        "customer", "title", "text", "category", "priority", "product", "opportunity", "stated_at", "owner",
    )  # fmt: skip
    list_display = ("number", "title", "customer", "category", "priority", "status", "owner", "stated_at")
    list_filter = ("status", "priority", "category")
    list_select_related = ("customer", "category", "owner")
    search_fields = ("search_text",)
    autocomplete_fields = ("customer", "product", "opportunity", "owner")

    def create_record(self, facts: dict[str, Any], user: Any) -> Need:
        """Write the need down."""
        return state_need(facts, user)

    def change_record(self, record: Need, facts: dict[str, Any], user: Any) -> None:
        """Change the need."""
        change_need(record, record.version, facts, user)


@admin.register(NeedCategory)
class NeedCategoryAdmin(PlainAdmin):
    """Categories of needs."""

    record_fields = ("name", "name_zh", "position", "is_active")
    list_display = ("name", "name_zh", "position", "is_active")


@admin.register(NeedTopic)
class NeedTopicAdmin(ReadOnlyAdmin[Any]):
    """Topics of needs, found by the nightly job."""

    list_display = ("name", "terms")
