"""Administration of job runs: history to read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from crm_site.jobs.models import JobRun


@admin.register(JobRun)
class JobRunAdmin(admin.ModelAdmin[JobRun]):
    """Runs are written by workers only."""

    list_display = ("name", "state", "done", "total", "attempt", "started_by", "created_at", "finished_at")
    list_filter = ("state", "name")
    list_select_related = ("started_by",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made runs: they are started on the Jobs page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: JobRun | None = None) -> bool:
        """Refuse changes to history."""
        return False
