"""Lists of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from django.db.models import Avg, QuerySet, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    Board,
    BulkField,
    Calendar,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    ListPage,
    NumberRangeFilter,
    OwnerFilter,
    RelatedFilter,
    Tab,
    TeamFilter,
    TextFilter,
    Total,
)
from customers.choices import CustomerKind, HealthState, RfmSegment, Stage, Tier
from customers.forms import CustomerForm
from customers.lists.classes import IN_CLASS
from customers.lists.contact_filters import CONTACT_FILTERS
from customers.lists.membership import IN_SEGMENT, PICKS
from customers.lists.within import IN_BRANCH
from customers.models import Customer, Tag
from customers.services import change_customers, tag_customers, untag_customers

if TYPE_CHECKING:
    from crm_site.pages.lists.bulk_fields import Apply
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


def set_fact(name: str) -> Apply:
    """Return the change that gives customers one fact."""
    return lambda rows, value, actor: change_customers(rows, {name: value}, actor)


def having_all(rows: QuerySet[Customer], tags: Iterable[Tag]) -> QuerySet[Customer]:
    """Keep the customers that have every one of the tags."""
    for tag in tags:
        rows = rows.filter(pk__in=Customer.tags.through._default_manager.filter(tag=tag).values("customer"))
    return rows


def having_none(rows: QuerySet[Customer], tags: Iterable[Tag]) -> QuerySet[Customer]:
    """Keep the customers that have none of the tags."""
    marked = Customer.tags.through._default_manager.filter(tag__in=list(tags))
    return rows.exclude(pk__in=marked.values("customer"))


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
        Column(name="stage", label=_("Stage"), path="get_stage_display", phone="detail", edit="stage"),
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
        Column(name="owner", label=_("Owner"), kind="person", phone="side", head=False, edit="owner"),
        Column(name="kind", label=_("Kind"), path="get_kind_display", shown=False),
        Column(name="tier", label=_("Value tier"), path="score.get_tier_display", shown=False),
        Column(
            name="health",
            label=_("Health"),
            path="score.get_health_state_display",
            sort="score__health",
            template="customers/cells/health.html",
            shown=False,
        ),
        Column(name="industry", label=_("Industry"), shown=False, edit="industry"),
        Column(name="country", label=_("Country"), shown=False, edit="country"),
        Column(name="source", label=_("Source"), shown=False, edit="source"),
        Column(name="language", label=_("Language"), kind="language", shown=False),
        Column(name="email", label=_("E-mail"), shown=False, prefetch=("contact_points",), edit="email"),
        Column(name="phone", label=_("Phone"), shown=False, prefetch=("contact_points",), edit="phone"),
        Column(name="tags", label=_("Tags"), path="tags_line", shown=False, prefetch=("tags",)),
        Column(name="reference", label=_("Reference"), shown=False, edit="reference"),
        Column(name="role", label=_("Buying role"), path="get_role_display", shown=False, edit="role"),
        Column(name="gender", label=_("Gender"), path="get_gender_display", shown=False, edit="gender"),
        Column(name="age", label=_("Age"), kind="number", shown=False),
        Column(name="birth_date", label=_("Birth date"), kind="date", shown=False, edit="birth_date"),
        Column(name="changed", label=_("Changed"), kind="moment", path="updated_at", shown=False),
    )
    filters = (
        OwnerFilter(),
        TeamFilter(hidden=True),
        ChoiceFilter(name="kind", label=_("Kind"), choices=CustomerKind.choices),
        ChoiceFilter(name="stage", label=_("Stage"), choices=Stage.choices, several=True),
        ChoiceFilter(
            name="segment", label=_("RFM segment"), path="score__segment", choices=RfmSegment.choices, several=True
        ),
        ChoiceFilter(name="tier", label=_("Value tier"), path="score__tier", choices=Tier.choices, several=True),
        ChoiceFilter(
            name="health", label=_("Health"), path="score__health_state", choices=HealthState.choices, several=True
        ),
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
        IN_SEGMENT,
        IN_CLASS,
        IN_BRANCH,
        *CONTACT_FILTERS,
        TextFilter(name="country", label=_("Country")),
        TextFilter(name="source", label=_("Source")),
    )
    default_sort = "name"
    select_related = ("owner", "organisation", "metrics", "score")
    totals = (
        Total(name="revenue", label=_("net revenue"), aggregate=Sum("metrics__net_revenue")),
        Total(name="revenue_mean", label=_("each"), aggregate=Avg("metrics__net_revenue"), column="revenue"),
        Total(name="clv", label=_("lifetime value"), aggregate=Sum("score__clv")),
    )
    field_url_name = "customers:customer-field"
    form_class = CustomerForm
    deletable = True
    board = Board(
        group="stage", columns=Stage.choices, value="revenue", move="stage", card=("revenue", "segment", "owner")
    )
    calendar = Calendar(date="created", value="stage")
    bulk_fields = (
        BulkField(
            name="owner", label=_("Owner"), apply=set_fact("owner"), place="assign", verb=_("Assign"), icon="user-share"
        ),
        BulkField(name="stage", label=_("Stage"), apply=set_fact("stage")),
        BulkField(name="source", label=_("Source"), apply=set_fact("source")),
        BulkField(name="industry", label=_("Industry"), apply=set_fact("industry")),
        BulkField(name="country", label=_("Country"), apply=set_fact("country")),
        BulkField(name="language", label=_("Language"), apply=set_fact("language")),
        BulkField(
            name="tag",
            label=_("Add tags"),
            form_field="tags",
            apply=tag_customers,
            unchanged=having_all,
            place="tag",
            icon="tag",
        ),
        BulkField(
            name="untag",
            label=_("Remove tags"),
            form_field="tags",
            apply=untag_customers,
            unchanged=having_none,
            place="tag",
            icon="tag-off",
        ),
        *PICKS,
    )
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
