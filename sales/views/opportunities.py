"""The opportunity's page, its facts, and the form that opens and changes one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers.models import Customer
from sales.forms import OpportunityForm
from sales.models import Opportunity, OpportunityLine, Stage
from sales.querysets import OpportunityQuerySet
from sales.services import change_opportunity, open_opportunity


def with_related() -> OpportunityQuerySet:
    """Return opportunities with everything their page shows."""
    related = ("owner", "team", "customer", "pipeline", "stage", "product", "reason", "lost_to")
    lines = Prefetch("lines", OpportunityLine.objects.select_related("product"))
    return Opportunity.objects.select_related(*related).prefetch_related(lines, "competitors")


def is_lost(deal: Opportunity) -> bool:
    """Tell whether it is told who got the deal."""
    return deal.lost_to_id is not None


class OpportunityFieldView(InlineFieldView):
    """One fact of an opportunity."""

    model = Opportunity
    form_class = OpportunityForm
    url_name = "sales:opportunity-field"
    facts = (
        Fact(name="name", label=_("Name")),
        Fact(name="customer", label=_("Customer"), link=lambda one: one.customer.get_absolute_url()),
        Fact(name="stage", label=_("Stage")),
        Fact(name="amount", label=_("Amount"), path="amount", kind="decimal"),
        Fact(name="currency", label=_("Currency")),
        Fact(name="expected_close", label=_("Closes on"), path="expected_close", kind="date"),
        Fact(name="probability", label=_("Probability"), path="probability", kind="decimal"),
        Fact(name="category", label=_("Forecast category"), path="get_category_display"),
        Fact(name="product", label=_("Product"), link=lambda one: one.product.get_absolute_url()),
        Fact(name="source", label=_("Source")),
        Fact(name="competitors", label=_("Competitors"), path="competitor_names"),
        Fact(name="owner", label=_("Owner")),
        Fact(name="team", label=_("Team"), editable=False),
        Fact(name="reason", label=_("Reason"), editable=False, applies=lambda one: not one.is_open),
        Fact(name="lost_to", label=_("Lost to"), editable=False, applies=is_lost),
        Fact(name="close_note", label=_("How it ended"), editable=False, applies=lambda one: not one.is_open),
        Fact(name="push_count", label=_("Pushed back"), path="push_count", kind="number", editable=False),
        Fact(name="note", label=_("Note")),
        Fact(name="opened_at", label=_("Opened"), path="opened_at", kind="moment", editable=False),
        Fact(name="touched_at", label=_("Last touched"), path="touched_at", kind="moment", editable=False),
    )

    def base(self) -> Any:
        """Return opportunities with what a fact may show."""
        return with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_opportunity(record, version, {name: value}, user)
        return with_related().get(pk=record.pk)


@require_safe
@login_required
def opportunity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one opportunity."""
    user = signed_in(request)
    deal = fetch_visible(with_related(), user, pk=pk)
    can_edit = Opportunity.objects.editable_by(user).filter(pk=pk).exists()
    context = {
        "page_title": deal.name,
        "facts": OpportunityFieldView.lines(deal, editable=can_edit),
        "panels": panels_for(user, "opportunity", deal.pk, deal),
        "lines": deal.lines.all(),
        **head_context(deal, can_edit=can_edit),
    }
    return render(request, "sales/opportunity_detail.html", context)


@require_safe
@login_required
def opportunity_head(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the head of a deal anew, after something on its page changed."""
    user = signed_in(request)
    deal = fetch_visible(with_related(), user, pk=pk)
    can_edit = Opportunity.objects.editable_by(user).filter(pk=pk).exists()
    return render(request, "sales/deal_head.html", head_context(deal, can_edit=can_edit))


def head_context(deal: Opportunity, *, can_edit: bool) -> dict[str, Any]:
    """Return what the head of a deal shows: its path, its figures, and what it wants."""
    stages = list(Stage.objects.filter(pipeline=deal.pipeline_id).order_by("position", "id"))
    steps = [one for one in stages if one.is_active or one.pk == deal.stage_id]
    at = next((number for number, one in enumerate(steps) if one.pk == deal.stage_id), -1)
    now = timezone.now()
    return {
        "record": deal,
        "can_edit": can_edit,
        "path": [(one, number < at, number == at) for number, one in enumerate(steps)],
        "health": deal.health,
        "is_stalled": deal.is_stalled(now),
        "days_in_stage": max(0, ((deal.closed_at or now) - deal.stage_entered_at).days),
        "tomorrow": timezone.localdate() + dt.timedelta(days=1),
    }


class OpportunityFormView(RecordFormView):
    """Opens and changes opportunities."""

    model = Opportunity
    form_class = OpportunityForm
    module = "sales"
    create_title = _("New opportunity")
    list_url_name = "sales:opportunity-list"

    def create(self, form: OpportunityForm, user: User) -> Opportunity:
        """Open the deal; a customer whom the user cannot see is none."""
        return open_opportunity(form.cleaned_data, user=user)

    def change(self, record: Opportunity, version: int, form: OpportunityForm, user: User) -> None:
        """Change what differs from the stored record."""
        change_opportunity(record, version, changed_facts(form), user)


class OpportunityDeleteView(DeleteRecordView):
    """Moves an opportunity to the trash."""

    model = Opportunity
    list_url_name = "sales:opportunity-list"


def sees_customer(deal: Opportunity, user: User) -> bool:
    """Tell whether the reader may see the deal's customer."""
    return deal.customer_id is not None and Customer.objects.visible_to(user).filter(pk=deal.customer_id).exists()
