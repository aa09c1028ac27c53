"""Leads in the API: taking enquiries in, and the verbs that work on them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from customers.models import Customer
from sales.choices import LIVE_LEADS, LeadChannel, ReasonKind
from sales.lists import lead_list
from sales.models import Lead, LearnedLeadScore, Product, Reason
from sales.services.leads import (
    Captured,
    ClaimLimitError,
    ClaimLostError,
    Conversion,
    Enquirer,
    capture_lead,
    change_lead,
    claim_lead,
    convert_lead,
    disqualify_lead,
    release_lead,
    revive_lead,
)


class TakenError(APIException):
    """Somebody else has it, or a limit stands against it."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "taken"


class EnquirerSerializer(serializers.Serializer[Any]):
    """Who asks: found by exact mail address, phone number or registration number, or else made."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    given_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    family_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=50, required=False, allow_blank=True)
    wechat = serializers.CharField(max_length=100, required=False, allow_blank=True)
    identifier = serializers.CharField(max_length=40, required=False, allow_blank=True)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)
    job_title = serializers.CharField(max_length=100, required=False, allow_blank=True)
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False, allow_blank=True)


class LearnedFactorSerializer(serializers.Serializer[Any]):
    """A fact that moves the chance: `effect` is a difference of probabilities, `count` how many leads it rests on."""

    field = serializers.CharField()
    value = serializers.CharField()
    effect = serializers.FloatField()
    count = serializers.IntegerField()


class LearnedLeadScoreSerializer(serializers.ModelSerializer[LearnedLeadScore]):
    """What earlier leads teach about this one; `chance` from 0 to 1."""

    factors = LearnedFactorSerializer(many=True, read_only=True)

    class Meta:
        model = LearnedLeadScore
        fields = ("chance", "factors", "computed_at")


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A lead. A new one names its `customer`, or in `enquirer` who asks."""

    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False)
    enquirer = EnquirerSerializer(write_only=True, required=False)
    product = VisibleRecordField(queryset=Product.objects.all(), required=False, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    title = serializers.CharField(max_length=200, required=False)
    status = serializers.ChoiceField(choices=[(one.value, one.label) for one in LIVE_LEADS], required=False)
    received_at = serializers.DateTimeField(required=False)
    version = serializers.IntegerField(required=False, min_value=1)
    custom = CustomFieldsField("lead")
    learned = LearnedLeadScoreSerializer(read_only=True, default=None)

    class Meta:
        model = Lead
        fields = (
            "id", "number", "title", "customer", "enquirer", "status", "channel", "source", "campaign", "message",
            "product", "language", "region", "received_at", "response_due_at", "first_response_at",
            "response_seconds", "touched_at", "returns_at", "score", "grade", "score_parts", "learned", "reason",
            "close_note", "closed_at", "revive_on", "opportunity", "merged_into", "owner", "team", "created_at",
            "updated_at", "custom", "version",
        )  # fmt: skip
        read_only_fields = (
            "number", "channel", "response_due_at", "first_response_at", "response_seconds", "touched_at",
            "returns_at", "score", "grade", "score_parts", "reason", "close_note", "closed_at", "revive_on",
            "opportunity", "merged_into", "team", "created_at", "updated_at",
        )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask who it is."""
        if self.instance is None and not attrs.get("customer") and not any((attrs.get("enquirer") or {}).values()):
            raise serializers.ValidationError({"enquirer": [_("Choose a customer, or say who asks.")]})
        if self.instance is not None:
            attrs.pop("enquirer", None)
        return attrs

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        """Show the status as it is, ended ones too."""
        return {**super().to_representation(instance), "status": instance.status}


class LeadVersionSerializer(serializers.Serializer[Any]):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1)


class DisqualifySerializer(LeadVersionSerializer):
    """Why a lead comes to nothing."""

    reason = VisibleRecordField(queryset=Reason.objects.active(ReasonKind.DISQUALIFIED))
    note = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    revive_on = serializers.DateField(required=False, allow_null=True)


class ConvertSerializer(LeadVersionSerializer):
    """Whose deal it becomes, and its first facts; what is left out comes from the lead."""

    organisation = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    organisation_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200, required=False)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, min_value=0, required=False)
    expected_close = serializers.DateField(required=False)


class LeadViewSet(RecordViewSet):
    """Leads."""

    list_page = lead_list
    serializer_class = LeadSerializer
    related = ("customer", "owner", "product", "learned")

    def create_record(self, facts: dict[str, Any], user: Any) -> Lead:
        """Take an enquiry in."""
        asks, customer = facts.pop("enquirer", {}), facts.pop("customer", None)
        facts = {"channel": LeadChannel.API, **facts}
        return capture_lead(Captured(Enquirer(**asks), facts, customer=customer), user)

    def change_record(self, record: Lead, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a lead."""
        change_lead(record, version, facts, user)

    @extend_schema(request=None, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def claim(self, request: Request, pk: str = "") -> Response:
        """Take a lead out of the pool; 409 where somebody was quicker or a limit is reached."""
        lead = fetch_visible(Lead.objects.with_pool(), self.user, pk=pk)
        try:
            return Response(self._shown(claim_lead(lead, self.user)))
        except ClaimLostError as error:
            raise TakenError(_("Somebody else has this lead already.")) from error
        except ClaimLimitError as error:
            raise TakenError(_("The limit of %(limit)s is reached.") % {"limit": error.limit}) from error

    @extend_schema(request=LeadVersionSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str = "") -> Response:
        """Put a lead back into the pool."""
        lead, facts = self._asked(LeadVersionSerializer)
        release_lead(lead, facts["version"], self.user)
        return Response(LeadSerializer(lead, context=self.get_serializer_context()).data)

    @extend_schema(request=DisqualifySerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def disqualify(self, request: Request, pk: str = "") -> Response:
        """Give a lead up, with the reason."""
        lead, facts = self._asked(DisqualifySerializer)
        disqualify_lead(lead, facts.pop("version"), facts.pop("reason"), self.user, **facts)
        return Response(self._shown(lead))

    @extend_schema(request=LeadVersionSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def revive(self, request: Request, pk: str = "") -> Response:
        """Work on a lead again that was given up."""
        lead, facts = self._asked(LeadVersionSerializer)
        revive_lead(lead, facts["version"], self.user)
        return Response(self._shown(lead))

    @extend_schema(request=ConvertSerializer, responses=LeadSerializer)
    @action(detail=True, methods=["post"])
    def convert(self, request: Request, pk: str = "") -> Response:
        """Make an opportunity of a lead; a lead that was converted already keeps the one it has."""
        lead, facts = self._asked(ConvertSerializer)
        version = facts.pop("version")
        wanted = Conversion(
            organisation=facts.pop("organisation", None),
            organisation_name=facts.pop("organisation_name", ""),
            facts=facts,
        )
        convert_lead(lead, version, wanted, self.user)
        return Response(self._shown(lead))

    def _asked(self, make: type[serializers.Serializer[Any]]) -> tuple[Lead, dict[str, Any]]:
        """Return the lead, which the caller may change, and what was sent."""
        found: Any = Lead.objects.select_related(*self.related)
        lead: Lead = fetch_editable(found, self.user, pk=self.kwargs["pk"])
        serializer = make(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return lead, dict(serializer.validated_data)


endpoints = (("leads", LeadViewSet),)
