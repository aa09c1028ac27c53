"""What segments add to the lists of customers: a filter, and the verbs that put customers in and take them out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm_site.pages.lists import BulkField, RelatedFilter
from customers.choices import SegmentKind
from customers.models import Customer, Segment, SegmentPick
from customers.services import pick_customers, unpick_customers

if TYPE_CHECKING:
    from crm_site.staff.models import User


def segment_choices(user: User) -> Iterable[tuple[Any, str]]:
    """Return the segments as choices."""
    return Segment.objects.visible_to(user).order_by("name").values_list("pk", "name")


IN_SEGMENT = RelatedFilter(name="in_segment", label=_("Segment"), path="memberships__segment", choices=segment_choices)


class PickedSegmentField(forms.ModelChoiceField[Segment]):
    """One of the segments that a person may pick customers for."""

    def __init__(self, user: User) -> None:
        segments = Segment.objects.editable_by(user).filter(kind=SegmentKind.STATIC).order_by("name")
        super().__init__(segments, label=_("Segment"), empty_label=None)


def picked(rows: QuerySet[Customer], segment: Segment) -> QuerySet[Customer]:
    """Keep the customers that are in the segment."""
    return rows.filter(pk__in=SegmentPick.objects.filter(segment=segment).values("customer"))


def not_picked(rows: QuerySet[Customer], segment: Segment) -> QuerySet[Customer]:
    """Keep the customers that are not in the segment."""
    return rows.exclude(pk__in=SegmentPick.objects.filter(segment=segment).values("customer"))


PICKS = (
    BulkField(
        name="pick",
        label=_("Add to segment"),
        field=PickedSegmentField,
        apply=pick_customers,
        unchanged=picked,
        place="tag",
        icon="users-plus",
    ),
    BulkField(
        name="unpick",
        label=_("Take out of segment"),
        field=PickedSegmentField,
        apply=unpick_customers,
        unchanged=not_picked,
        place="tag",
        icon="users-minus",
    ),
)
