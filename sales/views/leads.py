"""The lead's page, its facts, and the form that enters and changes one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.assignment.models import AssignmentLog
from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers.models import Customer
from sales.choices import LIVE_LEADS, LeadStatus
from sales.forms.leads import LeadForm
from sales.lists.leads import lead_list
from sales.models import Lead
from sales.querysets import LeadQuerySet
from sales.services.leads import Captured, Enquirer, capture_lead, change_lead
from sales.services.leads.learning import told_factors
from sales.views.about import About, talk, tasks_card, timeline_card

HANDOVERS, SHOWN = 10, 5


def with_related() -> LeadQuerySet:
    """Return leads with everything their page shows."""
    related = ("owner", "team", "customer__organisation", "product", "reason", "opportunity", "merged_into", "learned")
    return Lead.objects.select_related(*related)


class LeadFieldView(InlineFieldView):
    """One fact of a lead."""

    model = Lead
    form_class = LeadForm
    url_name = "sales:lead-field"
    facts = (
        Fact(name="customer", label=_("Customer"), link=lambda one: one.customer.get_absolute_url()),
        Fact(name="title", label=_("About")),
        Fact(name="status", label=_("Status"), path="get_status_display"),
        Fact(name="product", label=_("Product"), link=lambda one: one.product.get_absolute_url()),
        Fact(name="source", label=_("Source")),
        Fact(name="campaign", label=_("Campaign")),
        Fact(name="channel", label=_("Came in by"), path="get_channel_display", editable=False),
        Fact(name="region", label=_("Region")),
        Fact(name="language", label=_("Language"), kind="language"),
        Fact(name="owner", label=_("Owner")),
        Fact(name="reason", label=_("Reason"), editable=False, applies=lambda one: one.reason_id is not None),
        Fact(name="close_note", label=_("How it ended"), editable=False, applies=lambda one: bool(one.close_note)),
        Fact(
            name="revive_on",
            label=_("Take up again on"),
            path="revive_on",
            kind="date",
            editable=False,
            applies=lambda one: one.revive_on is not None,
        ),
        Fact(name="received_at", label=_("Received"), path="received_at", kind="moment", editable=False),
        Fact(name="touched_at", label=_("Last touched"), path="touched_at", kind="moment", editable=False),
    )

    def base(self) -> Any:
        """Return leads with what a fact may show."""
        return with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_lead(record, version, {name: value}, user)
        return with_related().get(pk=record.pk)


def fetch_reachable(request: HttpRequest, pk: int) -> Lead:
    """Return a lead that the reader may see, or that waits in the pool; anything else does not exist."""
    return fetch_visible(with_related().with_pool(), signed_in(request), pk=pk)


@require_safe
@login_required
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one lead."""
    user = signed_in(request)
    lead = fetch_reachable(request, pk)
    learned = getattr(lead, "learned", None)
    can_edit = Lead.objects.editable_by(user).filter(pk=pk).exists()
    is_mine = can_edit or Lead.objects.visible_to(user).filter(pk=pk).exists()
    context = {
        "record": lead,
        "page_title": lead.customer.name,
        "facts": LeadFieldView.lines(lead, editable=can_edit),
        # Of a lead in the pool everybody sees what is asked; the cards belong to whoever has it.
        "panels": panels_for(user, "lead", lead.pk, lead) if is_mine else [],
        "can_edit": can_edit,
        "can_claim": lead.owner_id is None and lead.is_live and user.access.can_edit("sales"),
        "can_revive": can_edit and lead.status == LeadStatus.DISQUALIFIED and lead.merged_into_id is None,
        "path": _path(lead),
        "is_late": lead.late,
        "handovers": AssignmentLog.objects.filter(kind="lead", record_id=pk)
        .select_related("user", "former")
        .order_by("-at", "-pk")[:HANDOVERS],
        "score_parts": lead.score_parts,
        "learned": learned,
        "learned_factors": told_factors(learned) if learned else [],
        "same_customer": with_related().visible_to(user).live().filter(customer=lead.customer_id).exclude(pk=pk)[:5],
    }
    return render(request, "sales/lead_detail.html", context)


def _path(lead: Lead) -> list[tuple[Any, bool, bool]]:
    """Return the steps of a lead: each status, whether it is passed, and whether the lead stands there."""
    steps = [*LIVE_LEADS, LeadStatus.CONVERTED]
    at = steps.index(LeadStatus(lead.status)) if lead.status in steps else -1
    return [(one, number < at, number == at) for number, one in enumerate(steps)]


class LeadFormView(RecordFormView):
    """Enters and changes leads."""

    model = Lead
    form_class = LeadForm
    module = "sales"
    create_title = _("New lead")
    list_url_name = "sales:lead-list"

    def create(self, form: LeadForm, user: User) -> Lead:
        """Take the enquiry in: of the customer that was chosen, or of who was named."""
        facts = dict(form.cleaned_data)
        asks = {name: facts.pop(name, "") for name in form.ASKS}
        customer = facts.pop("customer", None)
        return capture_lead(Captured(Enquirer(**asks), facts, customer=customer), user)

    def change(self, record: Lead, version: int, form: LeadForm, user: User) -> None:
        """Change what differs from the stored record."""
        change_lead(record, version, changed_facts(form), user)


class LeadDeleteView(DeleteRecordView):
    """Moves a lead to the trash."""

    model = Lead
    list_url_name = "sales:lead-list"


def about(lead: Lead) -> About:
    """Return what people plan and say about a lead."""
    return About(
        record=lead,
        subject=("lead", lead.pk),
        customer_id=lead.customer_id,
        tasks_url=reverse("sales:lead-tasks-panel", args=[lead.pk]),
        talk_url=reverse("sales:lead-talk", args=[lead.pk]),
        changed="deal-changed",
        is_live=lead.is_live,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lead_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the open tasks about a lead, and plan another."""
    return tasks_card(request, about(fetch_visible(with_related(), signed_in(request), pk=pk)))


@require_safe
@login_required
def lead_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was said about a lead, with the composer."""
    return timeline_card(request, about(fetch_reachable(request, pk)))


@require_POST
@login_required
def lead_talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was said with who asks: the first time stops the clock."""
    return talk(request, about(fetch_visible(with_related(), signed_in(request), pk=pk)))


@require_safe
@login_required
def customer_leads(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's enquiries, the latest first."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    found = Lead.objects.visible_to(user).filter(customer=customer).order_by("-received_at", "-id")
    context = {
        "customer": customer,
        "leads": list(found.select_related("customer")[:SHOWN]),
        "can_enter": user.access.can_edit("sales"),
        "all_url": lead_list.url(customer=(customer.pk, customer.pk, None)),
    }
    return render(request, "sales/customer_leads.html", context)
