"""The consent ledger, read and written: a withdrawal is another line, and no line is ever changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from rest_framework import serializers

from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from customers.choices import ConsentSource
from customers.lists.consents import consent_list
from customers.models import ConsentEntry, ConsentWording, Customer
from customers.services.consenting import record_consent


class ConsentSerializer(serializers.ModelSerializer[ConsentEntry]):
    """One line: what a customer said about a channel and a purpose. `address` narrows it to one contact point."""

    customer = VisibleRecordField(queryset=Customer.objects.all())
    at = serializers.DateTimeField(required=False)
    wording = serializers.PrimaryKeyRelatedField(queryset=ConsentWording.objects.all(), required=False, allow_null=True)
    wording_text = serializers.CharField(source="wording.text", read_only=True, default="")

    class Meta:
        model = ConsentEntry
        fields = (
            "id", "customer", "channel", "purpose", "state", "address", "at", "expires_at", "confirmed_at", "basis",
            "source", "wording", "wording_text", "evidence", "recorded_by", "recorded_at",
        )  # fmt: skip
        read_only_fields = ("recorded_by", "recorded_at")
        extra_kwargs: ClassVar[dict[str, dict[str, object]]] = {"source": {"default": ConsentSource.API}}


class ConsentViewSet(RecordViewSet):
    """The consent ledger."""

    list_page = consent_list
    serializer_class = ConsentSerializer
    http_method_names = ("get", "post", "head", "options")
    related = ("wording",)

    def create_record(self, facts: dict[str, Any], user: Any) -> ConsentEntry:
        """Write another line about a customer whom the caller may change."""
        customer = facts.pop("customer")
        if not Customer.objects.editable_by(user).filter(pk=customer.pk).exists():
            raise PermissionDenied
        return record_consent(customer, facts, user)

    def _changed(self, found: QuerySet[Any]) -> QuerySet[Any]:
        """Lines never change: what is new was recorded since."""
        since = self.request.query_params.get("changed_since")
        if not since:
            return found
        return found.filter(recorded_at__gte=serializers.DateTimeField().run_validation(since))


endpoints = (("consents", ConsentViewSet),)
