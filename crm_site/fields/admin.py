"""Administration of custom fields."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.fields.models import CustomField
from crm_site.fields.services import add_field, change_field


@admin.register(CustomField)
class CustomFieldAdmin(admin.ModelAdmin[CustomField]):
    """Fields are saved by their services; they are put out of use rather than removed, since values rest on them."""

    list_display = ("label", "host", "name", "kind", "is_active", "index_state", "position")
    list_filter = ("host", "kind", "is_active")

    def get_readonly_fields(self, request: HttpRequest, obj: CustomField | None = None) -> tuple[str, ...]:
        """Keep what values were stored under."""
        return ("host", "name", "kind") if obj else ()

    def save_model(self, request: HttpRequest, obj: CustomField, form: Any, change: bool) -> None:
        """Hand what was typed to the service."""
        if change:
            stored = CustomField.objects.get(pk=obj.pk)
            change_field(stored, {name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = add_field(form.cleaned_data).pk
            obj._state.adding = False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Leave relations to the service, which has written them."""

    def has_delete_permission(self, request: HttpRequest, obj: CustomField | None = None) -> bool:
        """Refuse removal."""
        return False
