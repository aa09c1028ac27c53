"""Administration of web forms: built on their own pages, and to read here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.forms.models import Form, FormField, FormHook, FormWording, Submission


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """What is written by services that check it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse changes past the services."""
        return False


@admin.register(Form)
class FormAdmin(ReadOnlyAdmin):
    """The forms; deleting one deletes what came in through it."""

    list_display = ("name", "target", "is_published", "updated_at")
    list_filter = ("is_published",)
    search_fields = ("name",)


@admin.register(FormField)
class FormFieldAdmin(ReadOnlyAdmin):
    """What the forms ask."""

    list_display = ("name", "form", "position", "required")
    list_select_related = ("form",)
    search_fields = ("name",)


@admin.register(FormWording)
class FormWordingAdmin(ReadOnlyAdmin):
    """What consent was asked with."""

    list_display = ("form", "version", "channel", "purpose", "created_at")
    list_select_related = ("form",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Keep what is evidence."""
        return False


@admin.register(FormHook)
class FormHookAdmin(ReadOnlyAdmin):
    """Addresses that services call. Their secrets are shown to nobody."""

    list_display = ("name", "form", "is_active")
    list_select_related = ("form",)
    search_fields = ("name",)
    exclude = ("secret", "challenge")


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """What came in."""

    list_display = ("__str__", "form", "state", "via", "received_at")
    list_filter = ("state", "via")
    list_select_related = ("form",)
    show_full_result_count = False
