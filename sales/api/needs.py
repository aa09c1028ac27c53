"""Needs in the API: writing them down, and the verbs that say what came of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from customers.models import Customer
from sales.lists.needs import need_list
from sales.models import Need, NeedCategory, Opportunity, Product
from sales.services.needs import address_need, change_need, confirm_need, decline_need, reopen_need, state_need


class NeedSerializer(serializers.ModelSerializer[Need]):
    """A need; `topic` is found in the texts. Status and end are changed by verbs."""

    customer = VisibleRecordField(queryset=Customer.objects.all())
    category = VisibleRecordField(queryset=NeedCategory.objects.active(), required=False, allow_null=True)
    product = VisibleRecordField(queryset=Product.objects.all(), required=False, allow_null=True)
    opportunity = VisibleRecordField(queryset=Opportunity.objects.all(), required=False, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    topic_name = serializers.CharField(source="topic.name", read_only=True, default="")
    stated_at = serializers.DateTimeField(required=False)
    version = serializers.IntegerField(required=False, min_value=1)
    custom = CustomFieldsField("need")

    class Meta:
        model = Need
        fields = (
            "id", "number", "title", "text", "customer", "category", "priority", "product", "status", "opportunity",
            "topic", "topic_name", "stated_at", "confirmed_at", "closed_at", "close_note", "owner", "team",
            "created_at", "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = (
            "number", "status", "topic", "confirmed_at", "closed_at", "close_note", "team", "created_at", "updated_at",
        )  # fmt: skip


class NeedVersionSerializer(serializers.Serializer[Any]):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1)


class AddressedSerializer(NeedVersionSerializer):
    """What addressed a need: a deal, or what the note says."""

    opportunity = VisibleRecordField(queryset=Opportunity.objects.all(), required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)


class DeclineSerializer(NeedVersionSerializer):
    """Why a need is declined."""

    reason = serializers.CharField(max_length=4000)


class NeedViewSet(RecordViewSet):
    """Needs."""

    list_page = need_list
    serializer_class = NeedSerializer
    related = ("customer", "owner", "topic", "opportunity__customer")

    def create_record(self, facts: dict[str, Any], user: Any) -> Need:
        """Write a need down."""
        return state_need(facts, user)

    def change_record(self, record: Need, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a need."""
        change_need(record, version, facts, user)

    @extend_schema(request=NeedVersionSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str = "") -> Response:
        """Say that a need was understood and is meant."""
        need, facts = self._asked(NeedVersionSerializer)
        confirm_need(need, facts["version"], self.user)
        return Response(self._shown(need))

    @extend_schema(request=AddressedSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def address(self, request: Request, pk: str = "") -> Response:
        """Say what addressed a need."""
        need, facts = self._asked(AddressedSerializer)
        address_need(need, facts.pop("version"), self.user, **facts)
        return Response(self._shown(need))

    @extend_schema(request=DeclineSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str = "") -> Response:
        """Decline a need, with the reason."""
        need, facts = self._asked(DeclineSerializer)
        decline_need(need, facts["version"], facts["reason"], self.user)
        return Response(self._shown(need))

    @extend_schema(request=NeedVersionSerializer, responses=NeedSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str = "") -> Response:
        """Put a need that has ended back where it was."""
        need, facts = self._asked(NeedVersionSerializer)
        reopen_need(need, facts["version"], self.user)
        return Response(self._shown(need))

    def _asked(self, make: type[serializers.Serializer[Any]]) -> tuple[Need, dict[str, Any]]:
        """Return the need, which the caller may change, and what was sent."""
        found: Any = Need.objects.select_related(*self.related)
        need: Need = fetch_editable(found, self.user, pk=self.kwargs["pk"])
        serializer = make(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return need, dict(serializer.validated_data)


endpoints = (("needs", NeedViewSet),)
