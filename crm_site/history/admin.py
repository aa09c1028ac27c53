"""Administration of the history: to read."""

from __future__ import annotations

from typing import TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from crm_site.history.models import Change, Insertion, Operation, TrashedRecord

_M = TypeVar("_M", bound=Model)


class ReadOnlyAdmin(admin.ModelAdmin[_M]):
    """History is written by triggers and services only."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made history."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse changed history."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse forgotten history: the retention job forgets."""
        return False


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin[Operation]):
    """Operations, the latest first."""

    list_display = ("kind", "title", "module", "count", "conflicts_count", "actor", "created_at", "finished_at")
    list_filter = ("kind", "module")
    list_select_related = ("actor",)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin[Change]):
    """Changes row by row."""

    list_display = ("changed_at", "action", "table_name", "record_id", "actor", "via", "reference")
    list_select_related = ("actor",)
    search_fields = ("=record_id", "=root_id")


@admin.register(Insertion)
class InsertionAdmin(ReadOnlyAdmin[Insertion]):
    """What operations inserted."""

    list_display = ("operation", "table_name", "low", "high")
    list_select_related = ("operation",)


@admin.register(TrashedRecord)
class TrashedRecordAdmin(ReadOnlyAdmin[TrashedRecord]):
    """The trash."""

    list_display = ("label", "table_name", "deleted_by", "deleted_at", "expires_at")
    list_select_related = ("deleted_by",)
