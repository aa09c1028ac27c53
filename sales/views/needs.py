"""The need's page, its facts, its form, and the verbs that end and reopen it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import dialog_done, page_follows, posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError
from sales.choices import LIVE_NEEDS, NeedStatus
from sales.forms.needs import AddressForm, DeclineForm, NeedForm
from sales.lists.needs import need_list
from sales.models import Need, Opportunity
from sales.services.needs import address_need, change_need, confirm_need, decline_need, reopen_need, state_need
from sales.services.needs.editing import SUBJECT
from sales.views.about import About, talk, tasks_card, timeline_card

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_site.staff.models import User
    from sales.querysets import NeedQuerySet

STATE_LENGTH = 8000


def with_related() -> NeedQuerySet:
    """Return needs with everything their page shows."""
    related = ("owner", "team", "customer__organisation", "category", "product", "topic", "opportunity__customer")
    return Need.objects.select_related(*related)


def ended(need: Need) -> bool:
    """Tell whether a need was addressed or declined."""
    return not need.is_live


class NeedFieldView(InlineFieldView):
    """One fact of a need."""

    model = Need
    form_class = NeedForm
    url_name = "sales:need-field"
    facts = (
        Fact(name="customer", label=_("Customer"), link=lambda one: one.customer.get_absolute_url()),
        Fact(name="title", label=_("Need")),
        Fact(name="category", label=_("Category")),
        Fact(name="priority", label=_("Priority"), path="get_priority_display"),
        Fact(name="product", label=_("Product"), link=lambda one: one.product.get_absolute_url()),
        Fact(name="owner", label=_("Owner")),
        Fact(name="topic", label=_("Topic"), path="topic.name", editable=False),
        Fact(name="stated_at", label=_("Stated"), path="stated_at", kind="moment", editable=False),
        Fact(name="confirmed_at", label=_("Confirmed"), path="confirmed_at", kind="moment", editable=False),
        Fact(name="closed_at", label=_("Ended"), path="closed_at", kind="moment", editable=False, applies=ended),
        Fact(name="close_note", label=_("How it ended"), editable=False, applies=ended),
    )

    def base(self) -> Any:
        """Return needs with what a fact may show."""
        return with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_need(record, version, {name: value}, user)
        return with_related().get(pk=record.pk)


@require_safe
@login_required
def need_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one need."""
    user = signed_in(request)
    need = fetch_visible(with_related(), user, pk=pk)
    can_edit = Need.objects.editable_by(user).filter(pk=pk).exists()
    deal = need.opportunity
    sees_deal = deal is not None and Opportunity.objects.visible_to(user).filter(pk=deal.pk).exists()
    steps = [*LIVE_NEEDS, NeedStatus.DECLINED if need.status == NeedStatus.DECLINED else NeedStatus.ADDRESSED]
    at = steps.index(NeedStatus(need.status))
    context = {
        "record": need,
        "page_title": need.title,
        "facts": NeedFieldView.lines(need, editable=can_edit),
        "panels": panels_for(user, SUBJECT, need.pk, need),
        "can_edit": can_edit,
        "can_confirm": need.status == NeedStatus.STATED,
        "path": [(one, number < at, number == at) for number, one in enumerate(steps)],
        "deal": deal if sees_deal else None,
        "topic_url": need_list.url(topic=[need.topic_id]) if need.topic_id else "",
    }
    return render(request, "sales/need_detail.html", context)


class NeedFormView(RecordFormView):
    """States and changes needs."""

    model = Need
    form_class = NeedForm
    module = "sales"
    create_title = _("New need")
    list_url_name = "sales:need-list"

    def create(self, form: NeedForm, user: User) -> Need:
        """Write the need down."""
        return state_need(form.cleaned_data, user)

    def change(self, record: Need, version: int, form: NeedForm, user: User) -> None:
        """Change what differs from the stored record."""
        change_need(record, version, changed_facts(form), user)


class NeedDeleteView(DeleteRecordView):
    """Moves a need to the trash."""

    model = Need
    list_url_name = "sales:need-list"


@require_POST
@login_required
def need_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a need was understood and is meant."""
    need = fetch_editable(with_related(), signed_in(request), pk=pk)
    return _at_once(request, need, _now("Confirmed: %(need)s") % {"need": need}, confirm_need)


@require_POST
@login_required
def need_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a need that has ended back where it was."""
    need = fetch_editable(with_related(), signed_in(request), pk=pk)
    return _at_once(request, need, _now("Open again: %(need)s") % {"need": need}, reopen_need)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def need_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what addressed a need."""
    user = signed_in(request)
    need = fetch_editable(with_related(), user, pk=pk)
    title, verb = _now("Address: %(need)s") % {"need": need}, _now("Addressed")
    form = AddressForm(request.POST or None, need=need, user=user)
    if request.method != "POST":
        return _ask(request, need, form, title, verb)
    if not form.is_valid():
        return _ask(request, need, form, title, verb, status=422)
    given = form.cleaned_data

    def work(fresh: Need, version: int, actor: User) -> None:
        address_need(fresh, version, actor, opportunity=given["opportunity"], note=given["note"])

    try:
        return _do(request, need, _now("Addressed: %(need)s") % {"need": need}, work)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _ask(request, need, form, title, verb, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def need_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Decline a need, with the reason."""
    need = fetch_editable(with_related(), signed_in(request), pk=pk)
    title, verb = _now("Decline: %(need)s") % {"need": need}, _now("Decline")
    form = DeclineForm(request.POST or None)
    if request.method != "POST":
        return _ask(request, need, form, title, verb)
    if not form.is_valid():
        return _ask(request, need, form, title, verb, status=422)

    def work(fresh: Need, version: int, actor: User) -> None:
        decline_need(fresh, version, form.cleaned_data["reason"], actor)

    try:
        return _do(request, need, _now("Declined: %(need)s") % {"need": need}, work)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _ask(request, need, form, title, verb, status=422)


def _at_once(request: HttpRequest, need: Need, title: str, work: Callable[[Need, int, User], None]) -> HttpResponse:
    try:
        return _do(request, need, title, work)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return page_follows(request, need.get_absolute_url())


def _do(request: HttpRequest, need: Need, title: str, work: Callable[[Need, int, User], None]) -> HttpResponse:
    """Do it as an operation that can be undone; go back to where it was asked for."""
    user = signed_in(request)
    try:
        with operation(OperationKind.EDIT, actor=user, module="sales", title=title, count=1) as done:
            work(with_related().get(pk=need.pk), posted_version(request), user)
    except StaleVersionError:
        said = _now("Somebody else changed “%(record)s” in the meantime; look at it again.")
        messages.error(request, said % {"record": need})
    else:
        messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
    state = request.POST.get("state", "")[:STATE_LENGTH]
    if state:
        return dialog_done(request, need_list.state(QueryDict(state)).address(need_list))
    return page_follows(request, need.get_absolute_url())


def _ask(
    request: HttpRequest, need: Need, form: forms.Form, title: str, verb: str, *, status: int = 200
) -> HttpResponse:
    whole = not wants_fragment(request)
    context: dict[str, Any] = {
        "record": need,
        "form": form,
        "page_title": title,
        "verb": verb,
        "state": (request.POST.get("state") or request.GET.get("state", ""))[:STATE_LENGTH],
        "target": request.path,
        "whole": whole,
        "version": request.POST.get("version") or need.version,
    }
    return render(request, "sales/deal_ask_page.html" if whole else "sales/deal_ask.html", context, status=status)


def about(need: Need) -> About:
    """Return what people plan and say about a need."""
    return About(
        record=need,
        subject=(SUBJECT, need.pk),
        customer_id=need.customer_id,
        tasks_url=reverse("sales:need-tasks-panel", args=[need.pk]),
        talk_url=reverse("sales:need-talk", args=[need.pk]),
        changed="deal-changed",
        is_live=need.is_live,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def need_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the open tasks about a need, and plan another."""
    return tasks_card(request, about(fetch_visible(with_related(), signed_in(request), pk=pk)))


@require_safe
@login_required
def need_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was said about a need, with the composer."""
    return timeline_card(request, about(fetch_visible(with_related(), signed_in(request), pk=pk)))


@require_POST
@login_required
def need_talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was said about a need."""
    return talk(request, about(fetch_visible(with_related(), signed_in(request), pk=pk)))
