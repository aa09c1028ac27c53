"""Administration of the outbox: what is owed, and what was given up."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.models import Delivery, DeliveryState, EventRecord


@admin.register(EventRecord)
class EventRecordAdmin(admin.ModelAdmin[EventRecord]):
    """Events are history: readable, never editable."""

    list_display = ("name", "occurred_at", "actor")
    list_filter = ("name",)
    list_select_related = ("actor",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made events."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: EventRecord | None = None) -> bool:
        """Refuse changes to history."""
        return False


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin[Delivery]):
    """Deliveries that wait or were given up."""

    list_display = ("event", "handler", "state", "attempts", "due_at", "error")
    list_filter = ("state", "handler")
    list_select_related = ("event",)
    readonly_fields = ("event", "handler", "attempts", "error")
    actions = ("replay",)

    @admin.action(description=_("Deliver again"))
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Make the chosen deliveries due now."""
        queryset.update(state=DeliveryState.PENDING, attempts=0, due_at=timezone.now())
