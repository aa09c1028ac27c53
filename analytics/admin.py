"""Administration of analytics: facts to read; only jobs and handlers write them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from analytics.models import FirstOrderDay, RfmSlice, SalesDay, SurveyDay, ValueDoubt, ValueSlice


class FactAdmin(admin.ModelAdmin[Any]):
    """Facts can be looked at, and nothing else."""

    show_full_result_count = False
    list_select_related = ("owner", "team")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made facts."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes: the next rebuild would undo them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletions: the next rebuild would undo them."""
        return False


@admin.register(SalesDay)
class SalesDayAdmin(FactAdmin):
    """Sales by day."""

    list_display = ("day", "owner", "team", "orders", "order_revenue", "credits", "credit_revenue", "walk_ins")
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
