"""Administration of analytics: facts to read; only jobs and handlers write them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin

from analytics.models import (
    DealDay,
    DealSlice,
    FirstOrderDay,
    LeadDay,
    RfmSlice,
    SalesDay,
    StageDay,
    SurveyDay,
    ValueDoubt,
    ValueSlice,
)
from crm_site.staff.admin_records import ReadOnlyAdmin


class FactAdmin(ReadOnlyAdmin[Any]):
    """Facts can be looked at, and nothing else."""

    list_select_related: ClassVar[tuple[str, ...]] = ("owner", "team")


@admin.register(SalesDay)
class SalesDayAdmin(FactAdmin):
    """Sales by day."""

    list_display = ("day", "owner", "team", "orders", "order_revenue", "credits", "credit_revenue", "walk_ins")
    date_hierarchy = "day"


@admin.register(DealDay)
class DealDayAdmin(FactAdmin):
    """Opportunities by day."""

    list_display = ("day", "owner", "team", "pipeline", "opened", "opened_value", "won", "won_value", "lost")
    list_select_related = ("owner", "team", "pipeline")
    date_hierarchy = "day"


@admin.register(StageDay)
class StageDayAdmin(FactAdmin):
    """Stages by day of opening."""

    list_display = ("day", "stage", "owner", "team", "entered", "here", "won", "lost")
    list_select_related = ("owner", "team", "stage")
    date_hierarchy = "day"


@admin.register(DealSlice)
class DealSliceAdmin(FactAdmin):
    """How deals ended."""

    list_display = ("day", "dimension", "key", "owner", "team", "won", "won_value", "lost", "lost_value")
    list_filter = ("dimension",)
    date_hierarchy = "day"


@admin.register(LeadDay)
class LeadDayAdmin(FactAdmin):
    """Answers to leads."""

    list_display = ("day", "source", "owner", "team", "received", "answered", "kept", "missed", "waiting")
    date_hierarchy = "day"


@admin.register(FirstOrderDay)
class FirstOrderDayAdmin(FactAdmin):
    """First orders by day."""

    list_display = ("day", "owner", "team", "customers", "repeaters")
    date_hierarchy = "day"


@admin.register(SurveyDay)
class SurveyDayAdmin(FactAdmin):
    """Answers by day."""

    list_display = ("day", "kind", "score", "owner", "team", "answers")
    list_filter = ("kind",)
    date_hierarchy = "day"


@admin.register(RfmSlice)
class RfmSliceAdmin(FactAdmin):
    """Customers by recency and frequency."""

    list_display = ("r", "f", "segment", "owner", "team", "customers", "revenue")
    list_filter = ("segment",)


@admin.register(ValueSlice)
class ValueSliceAdmin(FactAdmin):
    """Customers by tier and value."""

    list_display = ("tier", "bin", "owner", "team", "customers", "alive", "purchases", "clv")
    list_filter = ("tier",)


@admin.register(ValueDoubt)
class ValueDoubtAdmin(FactAdmin):
    """Doubts about sums of value."""

    list_display = ("owner", "team", "clv", "variance")
