"""Administration of what people keep of lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.pages.models import BulkChange, ListExport, ListPreference, SavedView, Visit


@admin.register(SavedView)
class SavedViewAdmin(admin.ModelAdmin[SavedView]):
    """Views of lists; they are made on the lists."""

    list_display = ("name", "list_code", "owner", "sharing", "default_for", "position")
    list_filter = ("list_code", "sharing")
    list_select_related = ("owner",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("params",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse views made by hand."""
        return False


@admin.register(BulkChange, ListExport, ListPreference, Visit)
class WorkAdmin(admin.ModelAdmin[Any]):
    """What was asked of lists: history to read."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False
