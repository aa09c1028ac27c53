"""Cards of a deal's page: what is next, who decides, how it went, and what was said about it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.pages.requests import posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Customer
from sales.forms.closing import offered_people
from sales.forms.opportunities import ContactForm
from sales.models import ContactRole, Opportunity, OpportunityChange
from sales.services import set_contacts
from sales.services.touching import SUBJECT
from sales.views.about import About, talk, tasks_card, timeline_card

SUGGESTED = 6
DAY, HOUR = 86_400, 3_600


def about(deal: Opportunity) -> About:
    """Return what people plan and say about a deal."""
    return About(
        record=deal,
        subject=(SUBJECT, deal.pk),
        customer_id=deal.customer_id,
        tasks_url=reverse("sales:opportunity-tasks-panel", args=[deal.pk]),
        talk_url=reverse("sales:opportunity-talk", args=[deal.pk]),
        changed="deal-changed",
        is_live=deal.is_open,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the open tasks about a deal, and plan another."""
    return tasks_card(request, about(_fetch(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who decides at the customer's; add somebody, or take somebody out."""
    user = signed_in(request)
    deals = Opportunity.objects.select_related("customer", "owner")
    if request.method != "POST":
        return _contacts(request, fetch_visible(deals, user, pk=pk), user)
    deal = fetch_editable(deals, user, pk=pk)
    known: list[dict[str, Any]] = [
        {"person": one.person, "role": one.role, "is_primary": one.is_primary}
        for one in deal.contact_roles.select_related("person")
    ]
    form, gone = ContactForm(request.POST, user=user), request.POST.get("remove", "")
    if gone:
        wanted = [one for one in known if str(one["person"].pk) != gone]
    elif form.is_valid():
        added = form.cleaned_data
        rest = [one for one in known if one["person"] != added["person"]]
        if added["is_primary"]:
            rest = [{**one, "is_primary": False} for one in rest]
        wanted = [*rest, added]
    else:
        return _contacts(request, deal, user, form=form, status=422)
    try:
        set_contacts(deal, posted_version(request), wanted, user)
    except StaleVersionError:
        words = _("Somebody else changed this deal in the meantime; this is how it stands now.")
        return _contacts(request, deal, user, words=words)
    if not wants_fragment(request):
        return redirect(deal)
    response = _contacts(request, deal, user)
    response["HX-Trigger"] = "deal-changed"
    return response


def _contacts(
    request: HttpRequest, deal: Opportunity, user: User, *, form: Any = None, words: str = "", status: int = 200
) -> HttpResponse:
    deal.refresh_from_db(fields=["version"])
    can_edit = Opportunity.objects.editable_by(user).filter(pk=deal.pk).exists()
    offered = offered_people(deal, user)[:SUGGESTED] if can_edit else []
    people = {one.pk: one for one in Customer.objects.filter(pk__in=offered)}
    seen = set(
        Customer.objects.visible_to(user)
        .filter(pk__in=ContactRole.objects.filter(opportunity=deal).values("person"))
        .values_list("pk", flat=True)
    )
    context = {
        "record": deal,
        "contacts": [(one, one.person_id in seen) for one in deal.contact_roles.select_related("person")],
        "offered": [people[key] for key in offered if key in people],
        "form": form or (ContactForm(user=user) if can_edit else None),
        "can_edit": can_edit,
        "words": words,
        "target": reverse("sales:opportunity-contacts-panel", args=[deal.pk]),
    }
    return render(request, "sales/deal_contacts.html", context, status=status)


@require_safe
@login_required
def opportunity_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a deal went: its stages with how long it stood there, pushes, amounts and ends, from the ledger."""
    deal = fetch_visible(Opportunity.objects.select_related("stage"), signed_in(request), pk=pk)
    related = ("stage", "former_stage", "actor")
    rows = OpportunityChange.objects.filter(opportunity=deal).select_related(*related).order_by("-at", "-id")[:100]
    context = {"record": deal, "rows": [(one, lasted(one.seconds)) for one in rows]}
    return render(request, "sales/deal_changes.html", context)


def lasted(seconds: int | None) -> str:
    """Return how long something lasted, in days or hours."""
    if seconds is None:
        return ""
    if seconds >= DAY:
        return ngettext("%(count)d day", "%(count)d days", seconds // DAY) % {"count": seconds // DAY}
    hours = max(1, seconds // HOUR)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


@require_safe
@login_required
def opportunity_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the customer's timeline tells of a deal, with the composer."""
    return timeline_card(request, about(_fetch(request, pk)))


@require_POST
@login_required
def opportunity_talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a note, call, meeting, mail or chat about a deal: it stands on the customer's timeline too."""
    return talk(request, about(_fetch(request, pk)))


def _fetch(request: HttpRequest, pk: int) -> Opportunity:
    return fetch_visible(Opportunity.objects.select_related("customer", "owner"), signed_in(request), pk=pk)
