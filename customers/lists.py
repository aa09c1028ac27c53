"""Lists of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    RelatedFilter,
    Tab,
    TextFilter,
    Total,
)
from customers.choices import CustomerKind, RfmSegment, Stage, Tier
from customers.models import Customer, Tag

if TYPE_CHECKING:
    from crm_site.staff.models import User

NEW_CUSTOMER = Action(
    label=_("New customer"), icon="plus", url_name="customers:customer-create", primary=True, shortcut="c"
)
IMPORT = Action(
    label=_("Import"),
    icon="upload",
    url_name="imports:import-create",
    allowed=lambda user: user.access.can_import("customers"),
)
SCORES = [(str(score), str(score)) for score in range(1, 6)]


class CustomerList(ListPage[Customer]):
    """Everybody the reader may see."""

    code = "customers"
    title = _("Customers")
    noun = ngettext_lazy("customer", "customers")
    model = Customer
    module = "customers"
    url_name = "customers:customer-list"
    icon = "users"
    columns = (
        Column(name="name", label=_("Name"), kind="title", context="context_line", sort="sort_key"),
        Column(name="stage", label=_("Stage"), path="get_stage_display", phone="detail"),
        Column(name="segment", label=_("RFM segment"), path="score.get_segment_display"),
        Column(
            name="revenue",
            label=_("Net revenue"),
            kind="money",
            path="metrics.net_revenue",
            sort="metrics__net_revenue",
            phone="value",
        ),
        Column(
            name="orders", label=_("Orders"), kind="number", path="metrics.orders_count", sort="metrics__orders_count"
        ),
        Column(name="clv", label=_("Lifetime value"), kind="money", path="score.clv", sort="score__clv"),
        Column(
            name="last_order",
            label=_("Last order"),
            kind="date",
            path="metrics.last_order_at",
            sort="metrics__last_order_key",
        ),
        Column(name="created", label=_("Created"), kind="date", path="created_at", sort="created_at", wide=True),
        Column(name="owner", label=_("Owner"), kind="person", phone="side", head=False),
    )
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="kind", label=_("Kind"), choices=CustomerKind.choices),
        ChoiceFilter(name="stage", label=_("Stage"), choices=Stage.choices, several=True),
        ChoiceFilter(
            name="segment", label=_("RFM segment"), path="score__segment", choices=RfmSegment.choices, several=True
        ),
        ChoiceFilter(name="tier", label=_("Value tier"), path="score__tier", choices=Tier.choices, several=True),
        ChoiceFilter(name="r", label=_("Recency score"), path="score__r", choices=SCORES),
        ChoiceFilter(name="f", label=_("Frequency score"), path="score__f", choices=SCORES),
        ChoiceFilter(name="m", label=_("Monetary score"), path="score__m", choices=SCORES),
        NumberRangeFilter(name="revenue", label=_("Net revenue"), path="metrics__net_revenue", kind="money"),
        NumberRangeFilter(name="orders", label=_("Orders"), path="metrics__orders_count"),
        NumberRangeFilter(name="clv", label=_("Lifetime value"), path="score__clv", kind="money"),
        NumberRangeFilter(name="alive", label=_("P(alive)"), path="score__p_alive"),
        ChoiceFilter(
            name="valued",
            label=_("Has a lifetime value"),
            choices=[("yes", _("yes"))],
            conditions=lambda rows, codes: rows.exclude(score__clv_on=None),
        ),
        DateRangeFilter(
            name="first_order",
            label=_("First order"),
            path="metrics__first_order_at",
            moments=True,
            organisational=True,
        ),
        DateRangeFilter(
            name="last_order", label=_("Last order"), path="metrics__last_order_at", moments=True, organisational=True
        ),
        DateRangeFilter(name="created", label=_("Created"), path="created_at", moments=True),
        RelatedFilter(
            name="tag", label=_("Tag"), path="tags", choices=lambda user: Tag.objects.values_list("pk", "name")
        ),
        TextFilter(name="country", label=_("Country")),
        TextFilter(name="source", label=_("Source")),
    )
    default_sort = "name"
    select_related = ("owner", "organisation", "metrics", "score")
    totals = (Total(name="revenue", label=_("net revenue"), aggregate=Sum("metrics__net_revenue")),)
    tabs: ClassVar[Sequence[Tab]] = (
        Tab(code="all", label=_("All"), params={}),
        Tab(code="mine", label=_("My customers"), params={"owner": "me"}),
        Tab(code="champions", label=_("Champions"), params={"segment": [RfmSegment.CHAMPION.value]}),
        Tab(
            code="at-risk",
            label=_("At risk"),
            params={"segment": [RfmSegment.AT_RISK.value, RfmSegment.CANT_LOSE.value]},
        ),
    )
    actions = (IMPORT, NEW_CUSTOMER)
    empty_text = _("People and companies you work with will stand here. Add the first one, or import a file.")
    empty_action = NEW_CUSTOMER
    search_hint = _("Name, phone, mail or number")


class OrganisationList(CustomerList):
    """Organisations only, for choosing where a person works."""

    code = "organisations"
    title = _("Organisations")
    noun = ngettext_lazy("organisation", "organisations")
    url_name = "customers:organisation-list"
    tabs: ClassVar[Sequence[Tab]] = ()
    default_sort = "name"

    def base(self, user: User) -> QuerySet[Customer]:
        """Return the organisations the reader may see."""
        return Customer.objects.visible_to(user).filter(kind=CustomerKind.ORGANISATION)


customer_list = CustomerList()
organisation_list = OrganisationList()
