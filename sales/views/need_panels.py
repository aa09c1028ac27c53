"""Cards of needs on the pages of customers and opportunities, and the administrator's list of categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError
from customers.models import Customer
from sales.choices import LIVE_NEEDS
from sales.forms.needs import NeedCategoryForm, QuickNeedForm
from sales.lists.needs import need_list
from sales.models import Need, NeedCategory, Opportunity
from sales.services.needs import link_need, state_need
from sales.views.selling_setup import administrator, save_form

if TYPE_CHECKING:
    from crm_site.staff.models import User
    from sales.querysets import NeedQuerySet

SHOWN, OFFERED = 6, 6


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def customer_needs(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a customer wants, open needs first, and add one in a line; an organisation's people bring theirs."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    form, status = QuickNeedForm(), 200
    if request.method == "POST":
        _check_may_state(user)
        posted = QuickNeedForm(request.POST)
        if posted.is_valid():
            state_need({**posted.cleaned_data, "customer": customer}, user)
            if not wants_fragment(request):
                return redirect(customer)
        else:
            form, status = posted, 422
    found = _open_first(Need.objects.visible_to(user).filter(_of_house(customer)))
    context = {
        "customer": customer,
        "needs": list(found[:SHOWN]),
        "form": form,
        "target": reverse("sales:customer-needs-panel", args=[pk]),
        "can_state": user.access.can_edit("sales"),
        "all_url": need_list.url(customer=(customer.pk, customer.pk, None)),
        "branch_url": "" if customer.is_person else need_list.url(within=customer.pk),
        "frame": "customer-needs",
    }
    return render(request, "sales/customer_needs.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_needs(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the needs a deal came of, link open ones of its customer, and add one in a line."""
    user = signed_in(request)
    deal = fetch_visible(Opportunity.objects.select_related("customer__organisation"), user, pk=pk)
    form, words, status = QuickNeedForm(), "", 200
    if request.method == "POST":
        _check_may_state(user)
        form, words = _change_needs_of(request, deal, user)
        status = 422 if form.errors else 200
        if not wants_fragment(request) and not form.errors:
            return redirect(deal)
    return render(request, "sales/deal_needs.html", _needs_of(deal, user, form, words), status=status)


def _change_needs_of(request: HttpRequest, deal: Opportunity, user: User) -> tuple[QuickNeedForm, str]:
    """Link, unlink or add; return the form to show and what went wrong."""
    for name, target in (("link", deal), ("unlink", None)):
        text = request.POST.get(name, "")
        if text:
            if not (text.isascii() and text.isdigit() and len(text) < 19):
                raise Http404
            need = fetch_editable(Need.objects.select_related("customer", "opportunity"), user, pk=int(text))
            if target is None and need.opportunity_id != deal.pk:
                raise Http404
            if target is not None and not _offered(deal, user).filter(pk=need.pk).exists():
                raise Http404
            try:
                link_need(need, posted_version(request), target, user)
            except StaleVersionError:
                return QuickNeedForm(), _("Somebody else changed this need in the meantime; this is how it stands now.")
            return QuickNeedForm(), ""
    if deal.customer is None:
        raise Http404
    form = QuickNeedForm(request.POST)
    if not form.is_valid():
        return form, ""
    facts = {**form.cleaned_data, "customer": deal.customer, "product": deal.product, "opportunity": deal}
    state_need(facts, user)
    return QuickNeedForm(), ""


def _needs_of(deal: Opportunity, user: User, form: QuickNeedForm, words: str) -> dict[str, Any]:
    needs = list(_open_first(Need.objects.visible_to(user).filter(opportunity=deal))[: 2 * SHOWN])
    mine = set(Need.objects.editable_by(user).filter(pk__in=[one.pk for one in needs]).values_list("pk", flat=True))
    may_state = user.access.can_edit("sales")
    return {
        "record": deal,
        "needs": [(one, one.pk in mine) for one in needs],
        "offered": list(_offered(deal, user)[:OFFERED]) if may_state else [],
        "form": form,
        "words": words,
        "target": reverse("sales:opportunity-needs-panel", args=[deal.pk]),
        "can_state": may_state and deal.customer_id is not None,
        "all_url": need_list.url(opportunity=(deal.pk, deal.pk, None)) if needs else "",
    }


def _offered(deal: Opportunity, user: User) -> NeedQuerySet:
    """Return the open needs of a deal's customer that led to no deal yet."""
    if deal.customer is None:
        return Need.objects.none()
    free = Need.objects.editable_by(user).live().filter(_of_house(deal.customer), opportunity=None)
    return free.select_related("customer").order_by("-stated_at", "-id")


def _of_house(customer: Customer) -> Q:
    mine = Q(customer=customer)
    return mine if customer.is_person else mine | Q(customer__organisation=customer)


def _open_first(needs: NeedQuerySet) -> NeedQuerySet:
    openness = Case(When(status__in=LIVE_NEEDS, then=0), default=1)
    return needs.select_related("customer", "category").order_by(openness, "-stated_at", "-id")


def _check_may_state(user: User) -> None:
    if not user.access.can_edit("sales"):
        raise PermissionDenied


@require_safe
@login_required
def category_list(request: HttpRequest) -> HttpResponse:
    """Show the categories of needs, and how many needs there are of each."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    counted = Count("needs", filter=Q(needs__in=Need.objects.visible_to(user).order_by()))
    rows = NeedCategory.objects.annotate(count=counted).order_by("-is_active", "position", "id")
    context = {
        "page_title": _("Categories of needs"),
        "categories": [(one, need_list.url(category=[one.pk])) for one in rows],
        "can_change": sets_up(user),
    }
    return render(request, "sales/need_categories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def category_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a category, or rename one and put it out of use."""
    user = administrator(request)
    found = NeedCategory() if pk is None else fetch_visible(NeedCategory.objects.all(), user, pk=pk)
    form = NeedCategoryForm(request.POST or None, instance=found)
    return save_form(request, form, user, "sales:needcategory-list")
