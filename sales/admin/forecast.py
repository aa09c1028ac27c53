"""Administration of targets, adjustments, snapshots and Monday mails: to be read; their pages write them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from crm_site.staff.admin_records import ReadOnlyAdmin
from sales.models import ForecastAdjustment, ForecastSnapshot, MondayMail, SalesTarget


@admin.register(SalesTarget)
class SalesTargetAdmin(ReadOnlyAdmin[Any]):
    """Targets."""

    list_display = ("month", "owner", "team", "amount")
    list_select_related = ("owner", "team")


@admin.register(ForecastAdjustment)
class ForecastAdjustmentAdmin(ReadOnlyAdmin[Any]):
    """Adjustments."""

    list_display = ("start", "months", "team", "owner", "level", "amount", "note", "author", "made_at")
    list_select_related = ("owner", "team", "author")


@admin.register(ForecastSnapshot)
class ForecastSnapshotAdmin(ReadOnlyAdmin[Any]):
    """Snapshots."""

    list_display = ("day", "month", "owner", "team", "category", "count", "amount", "weighted")
    list_select_related = ("owner", "team")


@admin.register(MondayMail)
class MondayMailAdmin(ReadOnlyAdmin[Any]):
    """Monday mails."""

    list_display = ("user", "monday", "made_at")
    list_select_related = ("user",)
