"""Administration of the rules' log: history to read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from crm_site.rules.models import RuleFiring


@admin.register(RuleFiring)
class RuleFiringAdmin(admin.ModelAdmin[RuleFiring]):
    """Firings are written by rules only."""

    list_display = ("fired_at", "owner_kind", "owner_id", "rule", "record_kind", "record_id", "event")
    list_filter = ("owner_kind", "record_kind")
    search_fields = ("rule", "=record_id")
    show_full_result_count = False
    ordering = ("-fired_at", "-id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made firings."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: RuleFiring | None = None) -> bool:
        """Refuse changes to history."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RuleFiring | None = None) -> bool:
        """Refuse removal: the nightly job forgets what is old."""
        return False
