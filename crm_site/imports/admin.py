"""Administration of imports: history to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.imports.models import ExternalId, Import, LearnedMapping, MoveIn, StagedRow


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Imports are started on their page and written by workers."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse changes to history."""
        return False


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """Files that came in."""

    list_display = ("file_name", "kind", "mode", "started_by", "created_at")
    list_filter = ("kind",)
    list_select_related = ("started_by",)
    search_fields = ("file_name",)


@admin.register(StagedRow)
class StagedRowAdmin(ReadOnlyAdmin):
    """What became of each row."""

    list_display = ("job", "line", "state", "record_id")
    list_filter = ("state",)
    show_full_result_count = False


@admin.register(LearnedMapping)
class LearnedMappingAdmin(ReadOnlyAdmin):
    """What importers have said of files; deleting one forgets it."""

    list_display = ("kind_title", "user", "used_at")
    list_filter = ("kind",)
    list_select_related = ("user",)


@admin.register(MoveIn)
class MoveInAdmin(ReadOnlyAdmin):
    """Several files that came in together."""

    list_display = ("source", "started_by", "created_at")
    list_select_related = ("started_by",)
    search_fields = ("source",)


@admin.register(ExternalId)
class ExternalIdAdmin(ReadOnlyAdmin):
    """Which record an id of another system stands for."""

    list_display = ("source", "kind", "old_id", "record_id")
    list_filter = ("kind",)
    search_fields = ("old_id",)
    show_full_result_count = False
