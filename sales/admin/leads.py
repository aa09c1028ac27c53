"""Administration of leads, their handling and their scoring."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.staff.admin_records import ReadOnlyAdmin, RecordAdmin
from sales.models import Lead, LeadPolicy, LearnedLeadScore, ScoreRule
from sales.services.leads import change_lead, change_policy, create_lead


@admin.register(Lead)
class LeadAdmin(RecordAdmin[Lead]):
    """Leads; what ends them happens on their own page."""

    record_fields = (
        "customer", "title", "message", "product", "source", "campaign", "region", "language", "received_at", "owner",
    )  # fmt: skip
    list_display = ("number", "title", "customer", "status", "score", "grade", "owner", "received_at")
    list_filter = ("status", "grade", "channel")
    list_select_related = ("customer", "owner")
    search_fields = ("search_text",)
    autocomplete_fields = ("customer", "product", "owner")

    def create_record(self, facts: dict[str, Any], user: Any) -> Lead:
        """Enter the lead."""
        return create_lead(facts, user)

    def change_record(self, record: Lead, facts: dict[str, Any], user: Any) -> None:
        """Change the lead."""
        change_lead(record, record.version, facts, user)


@admin.register(LeadPolicy)
class LeadPolicyAdmin(RecordAdmin[LeadPolicy]):
    """How leads are handled: one row."""

    record_fields = (
        "response_minutes", "hot_from", "warm_from", "daily_claims", "holdings", "hot_days", "warm_days", "cold_days",
    )  # fmt: skip
    list_display = ("__str__", "response_minutes", "hot_from", "warm_from", "daily_claims", "holdings")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse a second row."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to be without."""
        return False

    def change_record(self, record: LeadPolicy, facts: dict[str, Any], user: Any) -> None:
        """Change the handling."""
        change_policy(record, record.version, facts, user)


@admin.register(LearnedLeadScore)
class LearnedLeadScoreAdmin(ReadOnlyAdmin[LearnedLeadScore]):
    """What earlier leads teach about leads: to be read."""

    list_display = ("lead", "chance", "computed_at")
    list_select_related = ("lead",)


@admin.register(ScoreRule)
class ScoreRuleAdmin(ReadOnlyAdmin[ScoreRule]):
    """Rules of scoring: to be read; the page of scoring has the builder and a preview."""

    list_display = ("name", "points", "half_life_days", "fades_from", "is_active")
