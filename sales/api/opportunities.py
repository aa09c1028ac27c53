"""Opportunities in the API: their facts, and the verbs that move and end them."""

from __future__ import annotations

from collections.abc import Callable
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
from customers.choices import BuyingRole, TaskKind
from customers.models import Customer
from sales.api.orders import check_currency
from sales.choices import ReasonKind
from sales.lists import opportunity_list
from sales.models import Competitor, ContactRole, Opportunity, OpportunityLine, Product, Reason, Stage
from sales.services import (
    MissingFieldsError,
    change_opportunity,
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    win_opportunity,
)


class LineSerializer(serializers.ModelSerializer[OpportunityLine]):
    """A product of a deal."""

    product = VisibleRecordField(queryset=Product.objects.all(), required=False, allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, read_only=True)

    class Meta:
        model = OpportunityLine
        fields = ("product", "description", "quantity", "unit_price", "discount", "amount")


class ContactSerializer(serializers.ModelSerializer[ContactRole]):
    """Somebody on the customer's side."""

    person = VisibleRecordField(queryset=Customer.objects.all())
    role = serializers.ChoiceField(choices=BuyingRole.choices, required=False, allow_blank=True)

    class Meta:
        model = ContactRole
        fields = ("person", "role", "is_primary")


class OpportunitySerializer(serializers.ModelSerializer[Opportunity]):
    """An opportunity with its lines and contacts; given ones replace the stored ones. Another `stage` is a move."""

    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    stage = VisibleRecordField(queryset=Stage.objects.select_related("pipeline"), required=False)
    product = VisibleRecordField(queryset=Product.objects.all(), required=False, allow_null=True)
    competitors = VisibleRecordField(queryset=Competitor.objects.all(), many=True, required=False)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    currency = serializers.CharField(max_length=3, required=False, validators=[check_currency])
    exchange_rate = serializers.DecimalField(max_digits=18, decimal_places=8, required=False, min_value=0)
    expected_close = serializers.DateField(required=False)
    lines = LineSerializer(many=True, required=False)
    contacts = ContactSerializer(many=True, required=False, source="contact_roles")
    version = serializers.IntegerField(required=False, min_value=1)
    custom = CustomFieldsField("opportunity")
    health = serializers.CharField(read_only=True)
    base_weighted = serializers.DecimalField(max_digits=18, decimal_places=4, read_only=True)

    class Meta:
        model = Opportunity
        fields = (
            "id", "number", "name", "customer", "pipeline", "stage", "status", "amount", "amount_from_lines",
            "currency", "exchange_rate", "base_amount", "probability", "base_weighted", "category", "source",
            "product", "expected_close", "opened_at", "stage_entered_at", "touched_at", "rots_at", "closed_at",
            "reason", "lost_to", "close_note", "competitors", "note", "next_step", "next_step_date", "push_count",
            "health", "owner", "team", "lines", "contacts", "created_at", "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = (
            "number", "pipeline", "status", "base_amount", "base_weighted", "opened_at", "stage_entered_at",
            "touched_at", "rots_at", "closed_at", "reason", "lost_to", "close_note", "next_step", "next_step_date",
            "push_count", "team", "created_at", "updated_at",
        )  # fmt: skip


class StepSerializer(serializers.Serializer[Any]):
    """A next step, planned as a task of a whole day."""

    title = serializers.CharField(max_length=200)
    day = serializers.DateField()


class MoveSerializer(serializers.Serializer[Any]):
    """Where a deal goes, and what that stage asks for."""

    version = serializers.IntegerField(min_value=1)
    stage = VisibleRecordField(queryset=Stage.objects.select_related("pipeline"))
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=0, required=False)
    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False)
    product = VisibleRecordField(queryset=Product.objects.all(), required=False)
    source = serializers.CharField(  # type: ignore[assignment]  # a field of this name, gathered by its metaclass
        max_length=100, required=False
    )
    note = serializers.CharField(required=False)
    competitors = VisibleRecordField(queryset=Competitor.objects.all(), many=True, required=False)
    contacts = ContactSerializer(many=True, required=False)
    next_step = StepSerializer(required=False)
    custom = CustomFieldsField("opportunity")


class WinSerializer(serializers.Serializer[Any]):
    """Why a deal came about."""

    version = serializers.IntegerField(min_value=1)
    reason = VisibleRecordField(queryset=Reason.objects.active(ReasonKind.WON))
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    closed_at = serializers.DateTimeField(required=False)


class LoseSerializer(WinSerializer):
    """Why a deal did not come about, and who got it."""

    reason = VisibleRecordField(queryset=Reason.objects.active(ReasonKind.LOST))
    lost_to = VisibleRecordField(queryset=Competitor.objects.all(), required=False, allow_null=True)


class DealVersionSerializer(serializers.Serializer[Any]):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1)


class OpportunityViewSet(RecordViewSet):
    """Opportunities."""

    list_page = opportunity_list
    serializer_class = OpportunitySerializer
    related = ("customer", "stage", "pipeline", "owner")
    prefetched = ("lines", "contact_roles", "competitors")

    def create_record(self, facts: dict[str, Any], user: Any) -> Opportunity:
        """Open a deal."""
        lines, contacts = facts.pop("lines", []), facts.pop("contact_roles", [])
        made: Opportunity = _named(lambda: open_opportunity(facts, lines, contacts, user))
        return made

    def change_record(self, record: Opportunity, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a deal."""
        lines, contacts = facts.pop("lines", None), facts.pop("contact_roles", None)
        _named(lambda: change_opportunity(record, version, facts, user, lines, contacts))

    @extend_schema(request=MoveSerializer, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str = "") -> Response:
        """Put a deal into a stage; what is missing there is named under `missing`."""
        deal, facts = self._asked(MoveSerializer)
        version, stage = facts.pop("version"), facts.pop("stage")
        if "next_step" in facts:
            facts["next_step"] = {**facts["next_step"], "clock": None, "kind": TaskKind.TASK}
        _named(lambda: move_opportunity(deal, version, stage, self.user, facts))
        return Response(self._shown(deal))

    @extend_schema(request=WinSerializer, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def win(self, request: Request, pk: str = "") -> Response:
        """Win a deal, with the reason."""
        deal, facts = self._asked(WinSerializer)
        win_opportunity(deal, facts.pop("version"), facts.pop("reason"), self.user, **facts)
        return Response(self._shown(deal))

    @extend_schema(request=LoseSerializer, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: str = "") -> Response:
        """Lose a deal, with the reason."""
        deal, facts = self._asked(LoseSerializer)
        lose_opportunity(deal, facts.pop("version"), facts.pop("reason"), self.user, **facts)
        return Response(self._shown(deal))

    @extend_schema(request=DealVersionSerializer, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str = "") -> Response:
        """Work on an ended deal again."""
        deal, facts = self._asked(DealVersionSerializer)
        reopen_opportunity(deal, facts["version"], self.user)
        return Response(self._shown(deal))

    def _asked(self, make: type[serializers.Serializer[Any]]) -> tuple[Opportunity, dict[str, Any]]:
        """Return the deal, which the caller may change, and what was sent."""
        found: Any = Opportunity.objects.select_related(*self.related)
        deal = fetch_editable(found, self.user, pk=self.kwargs["pk"])
        serializer = make(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return deal, dict(serializer.validated_data)


def _named(work: Callable[[], Any]) -> Any:
    """Do it, and name what a stage misses one by one."""
    try:
        return work()
    except MissingFieldsError as error:
        words: dict[str, Any] = {"missing": error.names, "non_field_errors": error.messages}
        raise serializers.ValidationError(words) from error


endpoints = (("opportunities", OpportunityViewSet),)
