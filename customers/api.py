"""The API of customers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from crm_site.staff.models import User
from customers.forms import CustomerForm
from customers.lists import customer_list
from customers.models import Address, Customer, CustomerMetrics, CustomerScore, Tag
from customers.services import change_customer, create_customer


class MetricsSerializer(serializers.ModelSerializer[CustomerMetrics]):
    """Live counters."""

    class Meta:
        model = CustomerMetrics
        exclude = ("customer", "last_order_key")


class ScoreSerializer(serializers.ModelSerializer[CustomerScore]):
    """The latest scores."""

    class Meta:
        model = CustomerScore
        exclude = ("customer",)


class AddressSerializer(serializers.ModelSerializer[Address]):
    """The primary address."""

    class Meta:
        model = Address
        fields = ("street", "district", "city", "region", "postal_code", "country")
        read_only_fields = ("country",)


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer with its primary contact points, figures and scores."""

    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=60)
    wechat = serializers.CharField(required=False, allow_blank=True, max_length=100)
    address = AddressSerializer(source="primary_address", required=False, allow_null=True)
    organisation = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    tags = serializers.PrimaryKeyRelatedField(many=True, required=False, queryset=Tag.objects.all())
    version = serializers.IntegerField(required=False, min_value=1)
    metrics = MetricsSerializer(read_only=True)
    score = ScoreSerializer(read_only=True)
    custom = CustomFieldsField("customer")

    class Meta:
        model = Customer
        fields = (
            "id", "kind", "name", "given_name", "family_name", "organisation", "job_title", "email", "phone", "wechat",
            "address", "stage", "owner", "team", "tags", "reference", "identifier", "birth_date", "industry", "website",
            "source", "country", "language", "time_zone", "created_at", "updated_at", "custom", "version",
            "metrics", "score",
        )  # fmt: skip
        read_only_fields = ("team", "created_at", "updated_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold phone and registration number to the rules of the form."""
        checked = {name: attrs[name] for name in ("phone", "identifier") if name in attrs}
        form = CustomerForm(data=checked)
        form.fields = {name: field for name, field in form.fields.items() if name in checked}
        if not form.is_valid():
            raise serializers.ValidationError(
                {name: [str(one) for one in errors] for name, errors in form.errors.items()}
            )
        address = attrs.pop("primary_address", None) or {}
        return {**attrs, **address, **form.cleaned_data}


class CustomerViewSet(RecordViewSet):
    """Customers."""

    list_page = customer_list
    serializer_class = CustomerSerializer
    related = ("metrics", "score", "organisation")
    prefetched = ("contact_points", "addresses", "tags")

    def create_record(self, facts: dict[str, Any], user: Any) -> Customer:
        """Create a customer."""
        return create_customer(facts, user)

    def change_record(self, record: Customer, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a customer."""
        change_customer(record, version, facts, user)


endpoints = (("customers", CustomerViewSet),)
