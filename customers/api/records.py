"""Customers, segments and tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers

from crm_site.api.custom import CustomFieldsField
from crm_site.api.endpoints import RecordViewSet
from crm_site.api.fields import VisibleRecordField
from crm_site.lib.recurrence import Recurrence
from crm_site.rules import RuleError, parse_rule
from crm_site.staff.models import User
from customers.choices import TaskState
from customers.forms import CustomerForm
from customers.forms.tasks import EARLIEST, LATEST
from customers.lists import customer_list, segment_list, task_list
from customers.models import (
    Address,
    ClassMember,
    ContactPoint,
    Customer,
    CustomerMetrics,
    CustomerScore,
    Segment,
    Tag,
    Task,
)
from customers.services import change_customer, change_segment, create_customer, create_segment
from customers.services.tasking import UNCHANGED, change_task, close_task_as, plan_task


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


class ContactPointSerializer(serializers.ModelSerializer[ContactPoint]):
    """A number, mail address or id; `normal` is the form that is compared."""

    class Meta:
        model = ContactPoint
        fields = ("id", "kind", "value", "normal", "label", "is_primary")


class PlaceSerializer(serializers.ModelSerializer[Address]):
    """One of the addresses."""

    class Meta:
        model = Address
        fields = ("id", "street", "district", "city", "region", "postal_code", "country", "label", "is_primary")


class ClassMemberSerializer(serializers.ModelSerializer[ClassMember]):
    """The class of one classification; customers of a class are found by `in_class` and its `id`."""

    id = serializers.IntegerField(source="customer_class_id")
    classification = serializers.CharField(source="customer_class.classification.code")
    name = serializers.CharField(source="customer_class.label")

    class Meta:
        model = ClassMember
        fields = ("id", "classification", "name", "since")


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer with its primary contact points, figures and scores."""

    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=60)
    wechat = serializers.CharField(required=False, allow_blank=True, max_length=100)
    address = AddressSerializer(source="primary_address", required=False, allow_null=True)
    contact_points = ContactPointSerializer(many=True, read_only=True)
    addresses = PlaceSerializer(many=True, read_only=True)
    age = serializers.IntegerField(read_only=True, allow_null=True)
    classes = ClassMemberSerializer(source="class_memberships", many=True, read_only=True)
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
            "id", "kind", "name", "given_name", "family_name", "organisation", "job_title", "role", "email", "phone",
            "wechat", "contact_points", "address", "addresses", "stage", "classes", "owner", "team", "tags",
            "reference", "identifier", "gender", "birth_date", "age", "industry", "website", "source", "country",
            "language", "time_zone", "created_at", "updated_at", "custom", "version", "metrics", "score",
        )  # fmt: skip
        read_only_fields = ("team", "created_at", "updated_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold phone and registration number to the rules of the form; several of a kind are written by the page."""
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
    prefetched = ("contact_points", "addresses", "tags", "class_memberships")

    def create_record(self, facts: dict[str, Any], user: Any) -> Customer:
        """Create a customer."""
        return create_customer(facts, user)

    def change_record(self, record: Customer, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a customer."""
        change_customer(record, version, facts, user)


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    """A segment with its rule in the stored form and its size; the members are customers with `in_segment`."""

    rule = serializers.JSONField(required=False, allow_null=True)
    size = serializers.IntegerField(source="state.size", read_only=True)
    checked_at = serializers.DateTimeField(source="state.checked_at", read_only=True, allow_null=True)
    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Segment
        fields = (
            "id", "name", "kind", "description", "rule", "size", "checked_at", "owner", "created_at", "updated_at",
            "version",
        )  # fmt: skip
        read_only_fields = ("owner", "created_at", "updated_at")

    def validate_rule(self, value: Any) -> Any:
        """Hold the rule to what the engine reads."""
        if value is None:
            return None
        try:
            return parse_rule("customer", value).to_json()
        except RuleError as error:
            raise serializers.ValidationError([str(one.message) for one in error.errors]) from error


class SegmentViewSet(RecordViewSet):
    """Segments of customers."""

    list_page = segment_list
    serializer_class = SegmentSerializer
    related = ("state", "owner")

    def create_record(self, facts: dict[str, Any], user: Any) -> Segment:
        """Make a segment and have it filled."""
        return create_segment(facts, user)

    def change_record(self, record: Segment, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a segment; another rule has it computed again."""
        change_segment(record, version, facts, user)


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task, call or meeting.

    When is `due_at`, or `day` with `clock` (null for the whole day) as the clocks of `zone` show them. `repeat` is a
    rule such as `FREQ=WEEKLY;BYDAY=MO`, and `following` says that a change concerns the later ones too. Writing
    `state` finishes, cancels or reopens.
    """

    customer = VisibleRecordField(queryset=Customer.objects.all(), required=False, allow_null=True)
    guests = VisibleRecordField(queryset=Customer.objects.all(), many=True, required=False)
    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), required=False, allow_null=True
    )
    attendees = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), many=True, required=False
    )
    due_at = serializers.DateTimeField(required=False)
    day = serializers.DateField(source="due_date", required=False)
    clock = serializers.TimeField(required=False, allow_null=True)
    repeat = serializers.CharField(source="series.rule", max_length=200, required=False, allow_null=True, default=None)
    following = serializers.BooleanField(write_only=True, required=False)
    version = serializers.IntegerField(required=False, min_value=1)

    class Meta:
        model = Task
        fields = (
            "id", "title", "kind", "state", "due_at", "day", "clock", "all_day", "zone", "duration", "priority",
            "customer", "owner", "team", "attendees", "guests", "place", "note", "outcome", "remind_minutes",
            "repeat", "following", "done_at", "created_at", "updated_at", "version",
        )  # fmt: skip
        read_only_fields = ("team", "done_at", "created_at", "updated_at")

    def validate_due_at(self, value: dt.datetime) -> dt.datetime:
        """Refuse moments that are too far away to be meant."""
        self.validate_day(value.date())
        return value

    def validate_day(self, value: dt.date) -> dt.date:
        """Refuse days that are too far away to be meant."""
        if not EARLIEST <= value <= LATEST:
            raise serializers.ValidationError(gettext("This day is too far away."))
        return value

    def validate_repeat(self, value: str | None) -> Recurrence | None:
        """Read the rule."""
        try:
            return Recurrence.read(value) if value else None
        except ValueError as error:
            raise serializers.ValidationError(gettext("This is no rule that tasks can repeat by.")) from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name the facts as the services do, and ask for a day."""
        facts = dict(attrs)
        if "due_date" in facts:
            facts["day"] = facts.pop("due_date")
        if "series" in facts:
            facts["repeat"] = facts.pop("series")["rule"]
        if self.instance is None and not {"day", "due_at"} & facts.keys():
            raise serializers.ValidationError({"due_at": gettext("A task needs a day.")})
        if {"day", "clock"} & facts.keys():
            facts.pop("due_at", None)
        return facts


class TaskViewSet(RecordViewSet):
    """Tasks, calls and meetings."""

    list_page = task_list
    serializer_class = TaskSerializer
    related = ("owner", "customer", "series")
    prefetched = ("attendees", "guests")

    def create_record(self, facts: dict[str, Any], user: Any) -> Task:
        """Plan a task; one that is done already can be written down too."""
        state, outcome = facts.pop("state", TaskState.OPEN), facts.pop("outcome", "")
        facts.pop("following", None)
        task = plan_task(facts, user, facts.pop("repeat", None))
        close_task_as(task, task.version, state, outcome, user)
        return task

    def change_record(self, record: Task, version: int, facts: dict[str, Any], user: Any) -> None:
        """Change a task, then what state it is in."""
        state, outcome = facts.pop("state", record.state), facts.pop("outcome", None)
        following, repeat = facts.pop("following", False), facts.pop("repeat", UNCHANGED)
        closing = state != record.state
        if outcome is not None and not closing:
            facts["outcome"] = outcome
        if facts or not closing or not isinstance(repeat, type(UNCHANGED)):
            change_task(record, version, facts, user, repeat=repeat, following=following)
            version = record.version
        close_task_as(record, version, state, outcome or "", user)


endpoints = (("customers", CustomerViewSet), ("segments", SegmentViewSet), ("tasks", TaskViewSet))
