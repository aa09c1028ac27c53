"""Administration of assignment: to read; rules and people are set up on their own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_site.assignment.models import (
    Absence,
    AssignmentDay,
    AssignmentLog,
    AssignmentMember,
    AssignmentRule,
    AssignmentTurn,
    Availability,
)


class ReadOnly:
    """What is changed on a page of its own, or written by assignment alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal."""
        return False


class MemberInline(ReadOnly, admin.TabularInline[AssignmentMember, AssignmentRule]):
    """Whom a rule chooses among."""

    model = AssignmentMember


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(ReadOnly, admin.ModelAdmin[AssignmentRule]):
    """Rules with their people."""

    list_display = ("name", "kind", "position", "method", "team", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("team",)
    search_fields = ("name",)
    inlines = (MemberInline,)


@admin.register(Availability, Absence, AssignmentTurn, AssignmentDay)
class PeopleAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """What people take, their absences, turns and days."""

    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(AssignmentLog)
class AssignmentLogAdmin(ReadOnly, admin.ModelAdmin[AssignmentLog]):
    """Who got what and why."""

    list_display = ("at", "kind", "record_id", "user", "rule_name", "reason")
    list_filter = ("kind", "reason")
    list_select_related = ("user",)
    search_fields = ("=record_id",)
    show_full_result_count = False
    ordering = ("-at", "-id")
