"""Administration of attachments: what there is, and what the virus check said."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from crm_site.files.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(admin.ModelAdmin[Attachment]):
    """Attachments come and go on the pages of their records."""

    list_display = ("name", "subject_kind", "subject_id", "size", "content_type", "scan", "uploaded_by", "created_at")
    list_filter = ("scan", "subject_kind")
    list_select_related = ("uploaded_by",)
    search_fields = ("name", "sha256")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse rows without bytes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        """Refuse changes."""
        return False
