"""The list of needs: a table and a board of statuses; its filters open the rows behind the voice of the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    Block,
    Board,
    BulkField,
    CardRefusedError,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Drop,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    RelatedFilter,
    Tab,
    TeamFilter,
)
from customers.choices import Stage
from customers.lists.within import OF_BRANCH
from customers.models import Segment, SegmentMember
from sales.choices import LIVE_NEEDS, DealStatus, NeedPriority, NeedStatus
from sales.forms.needs import NeedForm
from sales.lists.orders import IMPORT
from sales.models import Need, NeedCategory, NeedTopic, Opportunity, Product
from sales.services.needs import change_needs, confirm_need

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

NEW = Action(label=_("New need"), icon="plus", url_name="sales:need-create", primary=True, shortcut="c")
LIVE = [status.value for status in LIVE_NEEDS]
NOBODY, MOST_CHOICES = 0, 300
UNLINKED = "none"


@dataclass(frozen=True, kw_only=True)
class WithNoneFilter(RelatedFilter):
    """Related records by key, 0 for rows without one; `none` names these."""

    none: StrOrPromise

    def options(self, user: User) -> Iterable[tuple[str, StrOrPromise]]:
        """Return the records that can be chosen, and none."""
        return [*super().options(user), (str(NOBODY), self.none)]

    def narrow(self, queryset: QuerySet[Any], value: list[int], user: User) -> QuerySet[Any]:
        """Keep the rows of these records, and those without one where that is asked for."""
        found = Q(**{f"{self.column}__in": [key for key in value if key != NOBODY]})
        return queryset.filter(found | Q(**{f"{self.column}__isnull": True}) if NOBODY in value else found)


@dataclass(frozen=True, kw_only=True)
class CustomerSegmentFilter(WithNoneFilter):
    """Needs of customers in one of the segments that the reader may see, 0 for those in none of them."""

    def narrow(self, queryset: QuerySet[Any], value: list[int], user: User) -> QuerySet[Any]:
        """Keep the needs of these customers."""
        seen = Segment.objects.visible_to(user).order_by()
        inside = SegmentMember.objects.filter(customer=OuterRef("customer_id"))
        found = Q(Exists(inside.filter(segment__in=seen.filter(pk__in=value))))
        if NOBODY in value:
            found |= Q(~Exists(inside.filter(segment__in=seen)))
        return queryset.filter(found)


@dataclass(frozen=True, kw_only=True)
class DealFilter(ChoiceFilter):
    """What became of the deal that came of a need: a deal that the reader does not see is none."""

    def narrow(self, queryset: QuerySet[Any], value: list[str], user: User) -> QuerySet[Any]:
        """Keep the needs with such a deal, or without."""
        seen = Opportunity.objects.visible_to(user).order_by()
        found = Q(opportunity__in=seen.filter(status__in=value))
        if UNLINKED in value:
            found |= Q(opportunity=None) | ~Q(opportunity__in=seen)
        return queryset.filter(found)


def categories(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the categories of needs."""
    return [(one.pk, one.label) for one in NeedCategory.objects.visible_to(user)]


def topics(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the topics of needs."""
    return list(NeedTopic.objects.visible_to(user).values_list("pk", "name"))


def products(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the products that needs are about."""
    asked = Need.objects.filter(product=OuterRef("pk"))
    found = Product.objects.visible_to(user).filter(Exists(asked)).order_by("sort_key", "pk")
    return list(found.values_list("pk", "name")[:MOST_CHOICES])


def segments(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return the segments that the reader may see."""
    return list(Segment.objects.visible_to(user).order_by("name").values_list("pk", "name"))


def carry(record: Need, version: int, lane: str, user: User) -> None:
    """Confirm a need; what is confirmed stays so until it ends."""
    if lane != NeedStatus.CONFIRMED:
        raise CardRefusedError(_now("A confirmed need stays confirmed. Decline it if it is no longer meant."))
    try:
        confirm_need(record, version, user)
    except ValidationError as error:
        raise CardRefusedError(" ".join(error.messages)) from error


def status_field(user: User) -> forms.Field:
    """Return the field of the status that many needs can be given."""
    return forms.ChoiceField(choices=[(NeedStatus.CONFIRMED.value, NeedStatus.CONFIRMED.label)])


def category_field(user: User) -> forms.Field:
    """Return the field of a category in use."""
    return forms.ModelChoiceField(NeedCategory.objects.active(), required=False)


class NeedList(ListPage[Need]):
    """What customers want, the latest first; only what is open unless asked otherwise."""

    code = "needs"
    title = _("Needs")
    noun = ngettext_lazy("need", "needs")
    model = Need
    module = "sales"
    url_name = "sales:need-list"
    icon = "bulb"
    columns = (
        Column(name="title", label=_("Need"), kind="title", context="customer.name", sort="sort_key"),
        Column(name="status", label=_("Status"), template="sales/cells/need_status.html", phone="value",
               export=lambda need: need.get_status_display()),
        Column(name="category", label=_("Category"), path="category.label", phone="detail", edit="category"),
        Column(name="priority", label=_("Priority"), path="get_priority_display", edit="priority"),
        Column(name="topic", label=_("Topic"), path="topic.name", wide=True),
        Column(name="product", label=_("Product"), path="product.name"),
        Column(name="stated", label=_("Stated"), kind="date", path="stated_at", sort="stated_at", phone="side"),
        Column(name="owner", label=_("Owner"), kind="person", head=False, edit="owner"),
        Column(name="customer", label=_("Customer"), path="customer.name", shown=False),
        Column(name="text", label=_("In their words"), shown=False),
        Column(name="number", label=_("Number"), shown=False),
        Column(name="confirmed", label=_("Confirmed"), kind="date", path="confirmed_at", shown=False),
        Column(name="closed", label=_("Ended"), kind="date", path="closed_at", shown=False),
        Column(name="close_note", label=_("How it ended"), shown=False),
    )  # fmt: skip
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="status", label=_("Status"), choices=NeedStatus.choices, default=tuple(LIVE), several=True),
        ChoiceFilter(name="priority", label=_("Priority"), choices=NeedPriority.choices, several=True),
        WithNoneFilter(
            name="category", label=_("Category"), path="category_id", choices=categories, none=_("No category")
        ),
        WithNoneFilter(name="topic", label=_("Topic"), path="topic_id", choices=topics, none=_("No topic")),
        WithNoneFilter(name="product", label=_("Product"), path="product_id", choices=products, none=_("No product")),
        CustomerSegmentFilter(name="segment", label=_("Segment"), choices=segments, none=_("In no segment")),
        ChoiceFilter(
            name="stage", label=_("Customer's stage"), path="customer__stage", choices=Stage.choices, several=True
        ),
        DealFilter(
            name="deal",
            label=_("Opportunity"),
            choices=[*DealStatus.choices, (UNLINKED, _("None"))],
            several=True,
        ),
        DateRangeFilter(name="stated", label=_("Stated"), path="stated_at", moments=True, organisational=True),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
        NumberRangeFilter(name="opportunity", label=_("Opportunity"), path="opportunity_id", hidden=True),
        TeamFilter(hidden=True),
        OF_BRANCH,
    )
    default_sort = "-stated"
    select_related = ("owner", "customer", "category", "topic", "product")
    field_url_name = "sales:need-field"
    form_class = NeedForm
    deletable = True
    board = Board(
        group="status",
        columns=[(one.value, one.label) for one in LIVE_NEEDS],
        kept=lambda rows: rows.filter(status__in=LIVE),
        move="status",
        carry=carry,
        card=("category", "priority", "product", "owner"),
        drops=(
            Drop(label=_("Addressed"), icon="circle-check", url_name="sales:need-address"),
            Drop(label=_("Decline"), icon="thumb-down", url_name="sales:need-decline", tone="bad"),
        ),
    )
    bulk_fields = (
        BulkField(
            name="owner",
            label=_("Owner"),
            apply=lambda rows, value, actor: change_needs(rows, {"owner": value}, actor),
            place="assign",
            verb=_("Assign"),
            icon="user-share",
        ),
        BulkField(
            name="status",
            label=_("Status"),
            apply=lambda rows, value, actor: change_needs(rows, {"status": value}, actor),
            field=status_field,
            blocks=(Block(reason=_("not stated"), condition=lambda value: ~Q(status=NeedStatus.STATED)),),
        ),
        BulkField(
            name="category",
            label=_("Category"),
            apply=lambda rows, value, actor: change_needs(rows, {"category": value}, actor),
            field=category_field,
        ),
        BulkField(
            name="priority",
            label=_("Priority"),
            apply=lambda rows, value, actor: change_needs(rows, {"priority": value}, actor),
        ),
    )
    tabs = (
        Tab(code="live", label=_("Open"), params={"status": LIVE}),
        Tab(code="mine", label=_("Mine"), params={"status": LIVE, "owner": "me"}),
        Tab(code="high", label=_("High priority"), params={"status": LIVE, "priority": [NeedPriority.HIGH.value]}),
        Tab(code="unlinked", label=_("Without an opportunity"), params={"status": LIVE, "deal": [UNLINKED]}),
        Tab(code="addressed", label=_("Addressed"), params={"status": [NeedStatus.ADDRESSED.value]}),
        Tab(code="declined", label=_("Declined"), params={"status": [NeedStatus.DECLINED.value]}),
    )
    actions = (IMPORT, NEW)
    empty_text = _("What customers say they want will stand here, each need with what came of it.")
    empty_action = NEW
    search_hint = _("Words of the need, number or customer")

    def tone(self, record: Need) -> str:
        """Mark what has ended."""
        return "" if record.is_live else "row-done"


need_list = NeedList()
