"""Lists of opportunities and competitors: a table, a board of stages, a calendar of expected closes."""

from __future__ import annotations

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    Block,
    Board,
    BulkField,
    Calendar,
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
    TextFilter,
    Total,
)
from customers.lists.within import OF_BRANCH
from sales.choices import DealHealth, DealStatus, ForecastCategory
from sales.forms import OpportunityForm
from sales.lists.deal_choices import (
    LATE,
    LOST,
    MONTH,
    NO_STEP,
    OPEN,
    QUARTER,
    STALLED,
    WEEK,
    WON,
    OutlookFilter,
    carry,
    category_field,
    closing,
    competitors,
    lanes,
    pipelines,
    reasons,
    stages,
    wanting,
)
from sales.lists.forecast_filters import ChangedFilter, ForecastFilter
from sales.lists.orders import IMPORT
from sales.lists.report_filters import OF_DEALS
from sales.models import Competitor, Opportunity
from sales.services import change_opportunities
from sales.services.requiring import lacking

NEW = Action(label=_("New opportunity"), icon="plus", url_name="sales:opportunity-create", primary=True, shortcut="c")
# A board counts exactly up to here, from an index of open deals alone.
BOARD_LIMIT = 200_000
NOT_OPEN = ~Q(status=DealStatus.OPEN)


class OpportunityList(ListPage[Opportunity]):
    """Opportunities, what closes first on top; only open ones unless asked otherwise."""

    code = "opportunities"
    title = _("Opportunities")
    noun = ngettext_lazy("opportunity", "opportunities")
    model = Opportunity
    module = "sales"
    url_name = "sales:opportunity-list"
    icon = "target-arrow"
    columns = (
        Column(name="name", label=_("Name"), kind="title", context="number", sort="sort_key"),
        Column(name="customer", label=_("Customer"), path="customer_label", phone="detail"),
        Column(name="stage", label=_("Stage"), path="stage.label", phone="detail", edit="stage"),
        Column(
            name="amount", label=_("Amount"), kind="money", currency="currency", sort="base_amount", phone="value",
            edit="amount",
        ),
        Column(name="weighted", label=_("Weighted"), kind="money", path="base_weighted", wide=True),
        Column(
            name="close", label=_("Expected close"), kind="date", path="expected_close", sort="expected_close",
            descending=False, phone="side", edit="expected_close",
        ),
        Column(
            name="health", label=_("Health"), template="sales/cells/deal_health.html",
            export=lambda deal: str(deal.health.label),
        ),
        Column(name="next_step", label=_("Next step"), template="sales/cells/next_step.html", wide=True),
        Column(name="owner", label=_("Owner"), kind="person", head=False, edit="owner"),
        Column(name="status", label=_("Status"), path="get_status_display", shown=False),
        Column(name="pipeline", label=_("Pipeline"), path="pipeline.label", shown=False),
        Column(name="base_amount", label=_("In base currency"), kind="money", shown=False),
        Column(name="probability", label=_("Probability in %"), kind="decimal", shown=False, edit="probability"),
        Column(
            name="category", label=_("Forecast category"), path="get_category_display", shown=False, edit="category"
        ),
        Column(name="source", label=_("Source"), shown=False, edit="source"),
        Column(name="product", label=_("Product"), path="product.name", shown=False),
        Column(name="opened", label=_("Opened"), kind="date", path="opened_at", sort="opened_at", shown=False),
        Column(name="closed", label=_("Closed"), kind="date", path="closed_at", shown=False),
        Column(name="reason", label=_("Reason"), path="reason.label", shown=False),
        Column(name="pushes", label=_("Times pushed back"), kind="number", path="push_count", shown=False),
        Column(name="touched", label=_("Last touched"), kind="moment", path="touched_at", shown=False),
        Column(name="next_date", label=_("Next step on"), kind="date", path="next_step_date", shown=False),
    )  # fmt: skip
    filters = (
        OwnerFilter(),
        ChoiceFilter(name="status", label=_("Status"), choices=DealStatus.choices, default=(DealStatus.OPEN.value,)),
        RelatedFilter(name="pipeline", label=_("Pipeline"), path="pipeline_id", choices=pipelines),
        RelatedFilter(name="stage", label=_("Stage"), path="stage_id", choices=stages),
        ChoiceFilter(
            name="wants",
            label=_("Health"),
            choices=[
                (STALLED, DealHealth.STALLED.label), (LATE, DealHealth.OVERDUE.label),
                (NO_STEP, DealHealth.NO_STEP.label),
            ],
            conditions=wanting,
        ),
        ChoiceFilter(
            name="closing",
            label=_("Closing"),
            choices=[(WEEK, _("This week")), (MONTH, _("This month")), (QUARTER, _("This quarter"))],
            conditions=closing,
        ),
        DateRangeFilter(name="close", label=_("Expected close"), path="expected_close"),
        NumberRangeFilter(name="amount", label=_("Amount in base currency"), path="base_amount", kind="money"),
        ChoiceFilter(
            name="category", label=_("Forecast category"), choices=ForecastCategory.choices, several=True
        ),
        NumberRangeFilter(name="pushes", label=_("Times pushed back"), path="push_count"),
        DateRangeFilter(name="opened", label=_("Opened"), path="opened_at", moments=True, organisational=True),
        DateRangeFilter(name="closed", label=_("Closed"), path="closed_at", moments=True, organisational=True),
        RelatedFilter(name="reason", label=_("Reason"), path="reason_id", choices=reasons),
        RelatedFilter(name="lost_to", label=_("Lost to"), path="lost_to_id", choices=competitors),
        RelatedFilter(name="competitors", label=_("Competitors"), choices=competitors),
        TextFilter(name="source", label=_("Source")),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
        OutlookFilter(name="outlook", label=_("Outlook"), path="expected_close", hidden=True),
        ForecastFilter(name="forecast", label=_("Forecast"), hidden=True),
        ChangedFilter(name="changed", label=_("What happened"), hidden=True),
        TeamFilter(hidden=True),
        *OF_DEALS,
        OF_BRANCH,
    )  # fmt: skip
    default_sort = "close"
    select_related = ("owner", "customer", "stage", "pipeline", "reason", "product")
    totals = (
        Total(name="amount", label=_("in all"), aggregate=Sum("base_amount")),
        Total(name="weighted", label=_("weighted"), aggregate=Sum("base_weighted")),
    )
    field_url_name = "sales:opportunity-field"
    form_class = OpportunityForm
    deletable = True
    board = Board(
        group="stage_id",
        lanes_of=lanes,
        kept=lambda rows: rows.filter(status=DealStatus.OPEN),
        switch="pipeline",
        value="amount",
        sums=("weighted",),
        count_limit=BOARD_LIMIT,
        move="stage",
        carry=carry,
        card=("customer", "amount", "close", "health", "owner"),
        drops=(
            Drop(label=_("Won"), icon="trophy", url_name="sales:opportunity-win"),
            Drop(label=_("Lost"), icon="thumb-down", url_name="sales:opportunity-lose", tone="bad"),
        ),
    )
    calendar = Calendar(date="close", value="amount")
    bulk_fields = (
        BulkField(
            name="owner",
            label=_("Owner"),
            apply=lambda rows, value, actor: change_opportunities(rows, {"owner": value}, actor),
            place="assign",
            verb=_("Assign"),
            icon="user-share",
        ),
        BulkField(
            name="stage",
            label=_("Stage"),
            apply=lambda rows, value, actor: change_opportunities(rows, {"stage": value}, actor),
            blocks=(
                Block(reason=_("ended"), condition=lambda value: NOT_OPEN),
                Block(reason=_("lacking what the stage asks for"), condition=lacking),
            ),
        ),
        BulkField(
            name="expected_close",
            label=_("Expected close"),
            apply=lambda rows, value, actor: change_opportunities(rows, {"expected_close": value}, actor),
            blocks=(Block(reason=_("ended"), condition=lambda value: NOT_OPEN),),
        ),
        BulkField(
            name="category",
            label=_("Forecast category"),
            apply=lambda rows, value, actor: change_opportunities(rows, {"category": value}, actor),
            field=category_field,
            blocks=(Block(reason=_("ended"), condition=lambda value: NOT_OPEN),),
        ),
    )
    tabs = (
        Tab(code="open", label=_("Open"), params={"status": OPEN}),
        Tab(code="mine", label=_("Mine"), params={"status": OPEN, "owner": "me"}),
        Tab(code="month", label=_("Closing this month"), params={"status": OPEN, "closing": [MONTH]}),
        Tab(code="stalled", label=_("Stalled"), params={"status": OPEN, "wants": [STALLED]}),
        Tab(code="no-step", label=_("No next step"), params={"status": OPEN, "wants": [NO_STEP]}),
        Tab(code="won", label=_("Won"), params={"status": WON, "sort": "-close"}),
        Tab(code="lost", label=_("Lost"), params={"status": LOST, "sort": "-close"}),
    )
    actions = (IMPORT, NEW)
    empty_text = _("What may be sold will stand here: every deal with its stage, its amount and its next step.")
    empty_action = NEW
    search_hint = _("Name, number or customer")

    def tone(self, record: Opportunity) -> str:
        """Mark what is late or stalled, and what has ended."""
        if not record.is_open:
            return "row-done"
        tones = {DealHealth.OVERDUE: "row-late", DealHealth.STALLED: "row-stalled"}
        return tones.get(record.health, "")


class CompetitorList(ListPage[Competitor]):
    """Who else sells what we sell."""

    code = "competitors"
    title = _("Competitors")
    noun = ngettext_lazy("competitor", "competitors")
    model = Competitor
    module = "sales"
    url_name = "sales:competitor-list"
    icon = "swords"
    search_column = "name"
    columns = (
        Column(name="name", label=_("Name"), kind="title", sort="name"),
        Column(name="website", label=_("Website"), phone="detail"),
        Column(name="note", label=_("Note")),
    )
    default_sort = "name"
    actions = (
        Action(label=_("New competitor"), icon="plus", url_name="sales:competitor-create", primary=True, shortcut="c"),
    )
    empty_text = _("Who else sells what you sell will stand here.")
    search_hint = _("Name")

    def matching(self, rows: QuerySet[Competitor], query: str) -> QuerySet[Competitor]:
        """Keep the competitors with these signs in their names; there are few of them."""
        return rows.filter(name__icontains=query) if query else rows

    def record_url(self, record: Competitor) -> str:
        """Lead to the form."""
        return reverse("sales:competitor-edit", args=[record.pk])


opportunity_list = OpportunityList()
competitor_list = CompetitorList()
