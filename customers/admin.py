"""Administration of customers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from crm_site.staff.admin_records import ReadOnlyAdmin, RecordAdmin
from customers.choices import SegmentKind
from customers.models import (
    Activity,
    Address,
    CalendarFeed,
    Classification,
    ClassMember,
    ConsentEntry,
    ConsentWording,
    ContactPoint,
    Customer,
    CustomerClass,
    CustomerMetrics,
    CustomerScore,
    DoNotContact,
    Invitation,
    LifecycleRule,
    Segment,
    SegmentMember,
    SegmentMove,
    SegmentPick,
    SegmentState,
    StageMove,
    StageOverride,
    Tag,
    Task,
    TaskSeries,
)
from customers.services import change_customer, change_segment, create_customer, create_segment
from customers.services.tasking import change_task, plan_task


class ReadOnlyInline(admin.TabularInline[Any, Customer]):
    """Rows that are written elsewhere."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes."""
        return False


class ContactInline(ReadOnlyInline):
    """Contact points, edited on the customer's page."""

    model = ContactPoint


class AddressInline(ReadOnlyInline):
    """Addresses, edited on the customer's page."""

    model = Address


@admin.register(Customer)
class CustomerAdmin(RecordAdmin[Customer]):
    """Customers."""

    record_fields = (
        "kind", "name", "given_name", "family_name", "organisation", "job_title", "role", "stage", "owner", "tags",
        "reference", "identifier", "gender", "birth_date", "industry", "website", "source", "country", "language",
        "time_zone",
    )  # fmt: skip
    list_display = ("name", "kind", "stage", "owner", "reference", "created_at")
    list_filter = ("kind", "stage")
    list_select_related = ("owner",)
    search_fields = ("search_text",)
    autocomplete_fields = ("organisation", "owner", "tags")
    inlines = (ContactInline, AddressInline)

    def create_record(self, facts: dict[str, Any], user: Any) -> Customer:
        """Create the customer."""
        return create_customer(facts, user)

    def change_record(self, record: Customer, facts: dict[str, Any], user: Any) -> None:
        """Change the customer."""
        change_customer(record, record.version, facts, user)


@admin.register(ConsentWording)
class ConsentWordingAdmin(admin.ModelAdmin[ConsentWording]):
    """Words that people agree to: added here, never changed; other words are another version."""

    list_display = ("name", "language", "version")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse changes: somebody may have agreed to these words."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse removal for the same reason."""
        return False


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    """Words to put on customers."""

    search_fields = ("name",)


@admin.register(
    Activity,
    ClassMember,
    CustomerMetrics,
    CustomerScore,
    DoNotContact,
    SegmentMember,
    SegmentMove,
    SegmentPick,
    StageMove,
    StageOverride,
)
class FindingsAdmin(ReadOnlyAdmin[Any]):
    """Timeline and figures: history to read."""

    raw_id_fields: ClassVar[tuple[str, ...]] = ("customer",)


@admin.register(ConsentEntry)
class ConsentEntryAdmin(FindingsAdmin):
    """The consent ledger: it is read here, and written on the customers' pages."""

    list_display = ("customer", "channel", "purpose", "state", "at", "source")
    list_filter = ("channel", "purpose", "state", "source")
    list_select_related = ("customer",)


@admin.register(Segment)
class SegmentAdmin(RecordAdmin[Segment]):
    """Segments; rules are built on their own page."""

    record_fields = ("name", "kind", "description", "owner")
    list_display = ("name", "kind", "owner", "created_at")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("name",)
    autocomplete_fields = ("owner",)

    def create_record(self, facts: dict[str, Any], user: Any) -> Segment:
        """Make the segment; one by rule is made on its own page."""
        return create_segment({**facts, "kind": SegmentKind.STATIC}, user)

    def change_record(self, record: Segment, facts: dict[str, Any], user: Any) -> None:
        """Change the segment."""
        change_segment(record, record.version, facts, user)


@admin.register(SegmentState, LifecycleRule, Classification, CustomerClass)
class ComputedAdmin(ReadOnlyAdmin[Any]):
    """What is computed, or changed on a page of its own: to read."""


@admin.register(Task)
class TaskAdmin(RecordAdmin[Task]):
    """Tasks; when they are due and how they repeat is planned on their own page."""

    record_fields = ("title", "kind", "due_at", "customer", "owner", "priority", "duration", "place", "note")
    list_display = ("title", "kind", "state", "due_at", "owner")
    list_filter = ("kind", "state")
    list_select_related = ("owner",)
    search_fields = ("search_text",)
    autocomplete_fields = ("customer", "owner")

    def create_record(self, facts: dict[str, Any], user: Any) -> Task:
        """Plan the task."""
        return plan_task(facts, user)

    def change_record(self, record: Task, facts: dict[str, Any], user: Any) -> None:
        """Change the task."""
        change_task(record, record.version, facts, user)


@admin.register(TaskSeries)
class TaskSeriesAdmin(FindingsAdmin):
    """Series: to read; a task of one changes them."""

    list_display = ("title", "rule", "first_date", "ended")
    search_fields = ("title",)


@admin.register(Invitation)
class InvitationAdmin(FindingsAdmin):
    """Invitations: sent and answered from the meeting's page."""

    list_display = ("name", "email", "task", "answer", "sent_at", "answered_at")
    list_select_related = ("task",)
    raw_id_fields = ("task", "guest", "user")
    search_fields = ("name", "email", "task__title")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(admin.ModelAdmin[CalendarFeed]):
    """Whose calendar is read by other programs; removing one revokes its address."""

    list_display = ("user", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    fields = ("user", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse hand-made rows: nobody would know their secret."""
        return False
