"""Lists of leads: what I work on, as a table and a board of statuses; and the public pool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm_site.pages.lists import (
    Action,
    Block,
    Board,
    BulkField,
    CardAsksError,
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
    TextFilter,
)
from crm_site.pages.lists.filters import Filter
from customers.lists.within import OF_BRANCH
from sales.choices import LIVE_LEADS, LeadChannel, LeadGrade, LeadStatus, ReasonKind
from sales.forms.leads import LeadForm
from sales.lists.orders import IMPORT
from sales.lists.report_filters import OF_LEADS
from sales.models import Lead, Reason
from sales.services.leads import change_lead, change_leads

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.staff.models import User

NEW = Action(label=_("New lead"), icon="plus", url_name="sales:lead-create", primary=True, shortcut="c")
LIVE = [status.value for status in LIVE_LEADS]
UNANSWERED, LATE, LEAVING = "unanswered", "late", "leaving"
ENDED = ~Q(status__in=LIVE)


def wanting(rows: QuerySet[Any], asked: list[str]) -> QuerySet[Any]:
    """Keep the live leads that want something: one of what is asked for."""
    now = timezone.now()
    conditions = {
        UNANSWERED: Q(first_response_at=None),
        LATE: Q(first_response_at=None, response_due_at__lte=now),
        LEAVING: Q(returns_at__lte=now + dt.timedelta(days=1), owner__isnull=False),
    }
    found = Q(pk__in=[])
    for name in asked:
        found |= conditions[name]
    return rows.filter(found, status__in=LIVE)


def reasons(user: User) -> list[tuple[Any, StrOrPromise]]:
    """Return why leads are given up."""
    return [(one.pk, one.label) for one in Reason.objects.visible_to(user).filter(kind=ReasonKind.DISQUALIFIED)]


def chance_of(lead: Lead) -> str:
    """Return the learned chance of a lead for files; nothing where there is none."""
    learned = getattr(lead, "learned", None)
    return "" if learned is None else f"{learned.chance:.4f}"


def carry(record: Lead, version: int, lane: str, user: User) -> None:
    """Move a lead to the status of a lane; what ends a lead is asked in a form."""
    if lane == LeadStatus.CONVERTED:
        raise CardAsksError(reverse("sales:lead-convert", args=[record.pk]))
    if lane == LeadStatus.DISQUALIFIED:
        raise CardAsksError(reverse("sales:lead-disqualify", args=[record.pk]))
    try:
        change_lead(record, version, {"status": lane}, user)
    except ValidationError as error:
        raise CardRefusedError(" ".join(error.messages)) from error


class LeadList(ListPage[Lead]):
    """Leads, the latest first; only those that are worked on unless asked otherwise."""

    code = "leads"
    title = _("Leads")
    noun = ngettext_lazy("lead", "leads")
    model = Lead
    module = "sales"
    url_name = "sales:lead-list"
    icon = "user-search"
    columns: ClassVar[Sequence[Column]] = (
        Column(name="who", label=_("Who"), kind="title", path="customer.name", context="title", sort="sort_key"),
        Column(name="status", label=_("Status"), path="get_status_display", phone="detail", edit="status"),
        Column(name="score", label=_("Score"), template="sales/cells/lead_score.html", sort="score",
               descending=True, phone="value", export=lambda lead: str(lead.score)),
        Column(name="chance", label=_("Chance, learned"), template="sales/cells/lead_chance.html", shown=False,
               export=chance_of),
        Column(name="clock", label=_("First answer"), template="sales/cells/lead_clock.html",
               export=lambda lead: lead.clock_words),
        Column(
            name="received", label=_("Received"), kind="moment", path="received_at", sort="received_at", phone="side"
        ),
        Column(name="source", label=_("Source"), edit="source"),
        Column(name="owner", label=_("Owner"), kind="person", head=False, edit="owner"),
        Column(name="returns", label=_("Returns to the pool"), kind="moment", path="returns_at", wide=True),
        Column(name="channel", label=_("Came in by"), path="get_channel_display", shown=False),
        Column(name="campaign", label=_("Campaign"), shown=False, edit="campaign"),
        Column(name="product", label=_("Product"), path="product.name", shown=False),
        Column(name="region", label=_("Region"), shown=False, edit="region"),
        Column(name="number", label=_("Number"), shown=False),
        Column(name="message", label=_("Message"), shown=False),
        Column(name="reason", label=_("Reason"), path="reason.label", shown=False),
        Column(name="revive", label=_("Take up again on"), kind="date", path="revive_on", shown=False),
        Column(name="touched", label=_("Last touched"), kind="moment", path="touched_at", shown=False),
    )  # fmt: skip
    filters: ClassVar[Sequence[Filter]] = (
        OwnerFilter(),
        ChoiceFilter(name="status", label=_("Status"), choices=LeadStatus.choices, default=tuple(LIVE), several=True),
        ChoiceFilter(name="grade", label=_("Grade"), choices=LeadGrade.choices, several=True),
        ChoiceFilter(
            name="wants",
            label=_("Pressing"),
            choices=[(UNANSWERED, _("Not answered")), (LATE, _("Answer overdue")), (LEAVING, _("Leaves within a day"))],
            conditions=wanting,
        ),
        ChoiceFilter(name="channel", label=_("Came in by"), choices=LeadChannel.choices, several=True),
        TextFilter(name="source", label=_("Source")),
        TextFilter(name="campaign", label=_("Campaign")),
        TextFilter(name="region", label=_("Region")),
        DateRangeFilter(name="received", label=_("Received"), path="received_at", moments=True, organisational=True),
        NumberRangeFilter(name="score", label=_("Score")),
        RelatedFilter(name="reason", label=_("Reason"), path="reason_id", choices=reasons),
        NumberRangeFilter(name="customer", label=_("Customer"), path="customer_id", hidden=True),
        TeamFilter(hidden=True),
        *OF_LEADS,
        OF_BRANCH,
    )
    default_sort = "-received"
    select_related = ("owner", "customer", "product", "reason", "learned")
    field_url_name = "sales:lead-field"
    form_class = LeadForm
    deletable = True
    board: ClassVar[Board | None] = Board(
        group="status",
        columns=[(one.value, one.label) for one in LIVE_LEADS],
        kept=lambda rows: rows.filter(status__in=LIVE),
        move="status",
        carry=carry,
        card=("score", "clock", "source", "owner"),
        drops=(
            Drop(label=_("Convert"), icon="target-arrow", url_name="sales:lead-convert"),
            Drop(label=_("Give up"), icon="thumb-down", url_name="sales:lead-disqualify", tone="bad"),
        ),
    )
    bulk_fields: ClassVar[Sequence[BulkField]] = (
        BulkField(
            name="owner",
            label=_("Owner"),
            apply=lambda rows, value, actor: change_leads(rows, {"owner": value}, actor),
            place="assign",
            verb=_("Assign"),
            icon="user-share",
            blocks=(Block(reason=_("ended"), condition=lambda value: ENDED),),
        ),
        BulkField(
            name="status",
            label=_("Status"),
            apply=lambda rows, value, actor: change_leads(rows, {"status": value}, actor),
            blocks=(Block(reason=_("ended"), condition=lambda value: ENDED),),
        ),
        BulkField(
            name="source",
            label=_("Source"),
            apply=lambda rows, value, actor: change_leads(rows, {"source": value}, actor),
            blocks=(Block(reason=_("ended"), condition=lambda value: ENDED),),
        ),
    )
    tabs: ClassVar[Sequence[Tab]] = (
        Tab(code="live", label=_("In work"), params={"status": LIVE}),
        Tab(code="mine", label=_("Mine"), params={"status": LIVE, "owner": "me"}),
        Tab(code="unanswered", label=_("Not answered"), params={"wants": [UNANSWERED]}),
        Tab(code="late", label=_("Answer overdue"), params={"wants": [LATE]}),
        Tab(code="hot", label=_("Hot"), params={"status": LIVE, "grade": [LeadGrade.HOT.value], "sort": "-score"}),
        Tab(code="converted", label=_("Converted"), params={"status": [LeadStatus.CONVERTED.value]}),
        Tab(code="given-up", label=_("Given up"), params={"status": [LeadStatus.DISQUALIFIED.value]}),
    )
    actions: ClassVar[Sequence[Action]] = (IMPORT, NEW)
    empty_text = _("Every enquiry will stand here, from web forms, files and by hand, until it becomes a deal.")
    empty_action: ClassVar[Action | None] = NEW
    search_hint = _("Name, subject, phone or mail address")

    def tone(self, record: Lead) -> str:
        """Mark what waits too long, and what has ended."""
        if not record.is_live:
            return "row-done"
        return "row-late" if record.is_overdue(timezone.now()) else ""


class PoolList(LeadList):
    """The public pool: live leads that nobody has, for everybody who sells."""

    code = "lead-pool"
    title = _("Lead pool")
    url_name = "sales:lead-pool"
    icon = "pool"
    columns = tuple(
        column for column in LeadList.columns if column.name not in ("owner", "returns", "reason", "revive")
    )
    filters = tuple(item for item in LeadList.filters if item.name not in ("owner", "status", "reason", "team"))
    default_sort = "-score"
    board = None
    bulk_fields = ()
    tabs = ()
    deletable = False
    actions = ()
    field_url_name = ""
    empty_text = _("Leads that nobody has wait here for whoever claims them first.")
    empty_action = None

    def base(self, user: User) -> QuerySet[Lead]:
        """Return the leads that nobody has."""
        rows = Lead.objects.pooled()
        return rows if user.access.can_edit(self.module) else rows.none()


lead_list = LeadList()
pool_list = PoolList()
