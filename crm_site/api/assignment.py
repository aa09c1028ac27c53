"""The API of assignment, to read: the rules with their people, and the log of who got what and why."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from crm_site.assignment.models import AssignmentLog, AssignmentMember, AssignmentRule


class MemberSerializer(serializers.ModelSerializer[AssignmentMember]):
    """Somebody a rule names."""

    class Meta:
        model = AssignmentMember
        fields = ("user", "weight")


class RuleSerializer(serializers.ModelSerializer[AssignmentRule]):
    """One rule; rules of a kind are asked in the order of `position`, and one without a condition fits everything."""

    people = MemberSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = AssignmentRule
        fields = (
            "id", "kind", "position", "name", "condition", "method", "team", "people", "only_in_hours",
            "response_minutes", "is_active", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class LogSerializer(serializers.ModelSerializer[AssignmentLog]):
    """One record that went to somebody, or found nobody; `sentence` is the reason in the reader's language."""

    sentence = serializers.CharField(read_only=True)

    class Meta:
        model = AssignmentLog
        fields = ("id", "kind", "record_id", "user", "former", "rule", "reason", "sentence", "at")
        read_only_fields = fields


@extend_schema(parameters=[OpenApiParameter("kind", OpenApiTypes.STR)])
class RuleListView(ListAPIView[AssignmentRule]):
    """The rules of assignment; `position` is their order within a kind."""

    module = "setup"
    serializer_class = RuleSerializer
    queryset = AssignmentRule.objects.none()

    def get_queryset(self) -> QuerySet[AssignmentRule]:
        """Return the rules that the reader sees."""
        user: Any = self.request.user
        found = AssignmentRule.objects.visible_to(user).prefetch_related("memberships")
        kind = self.request.query_params.get("kind")
        return found.filter(kind=kind) if kind else found


@extend_schema(parameters=[OpenApiParameter("kind", OpenApiTypes.STR), OpenApiParameter("record", OpenApiTypes.INT)])
class LogListView(ListAPIView[AssignmentLog]):
    """Who got what and why, the latest first."""

    module = "setup"
    serializer_class = LogSerializer
    queryset = AssignmentLog.objects.none()

    def get_queryset(self) -> QuerySet[AssignmentLog]:
        """Return the lines of a kind, or of one record."""
        user: Any = self.request.user
        found: QuerySet[AssignmentLog] = AssignmentLog.objects.visible_to(user)
        kind, record = self.request.query_params.get("kind"), self.request.query_params.get("record", "")
        if kind:
            found = found.filter(kind=kind)
        if record:
            is_key = record.isascii() and record.isdigit() and len(record) < 19
            found = found.filter(record_id=int(record)) if is_key else found.none()
        return found


urlpatterns = [
    path("assignment/rules/", RuleListView.as_view(), name="assignment-rules"),
    path("assignment/log/", LogListView.as_view(), name="assignment-log"),
]
