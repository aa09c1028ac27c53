"""Claiming, giving back, converting, giving up, taking up and merging leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.requests import dialog_done, page_follows, posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from sales.forms.leads import ConvertForm, DisqualifyForm
from sales.lists.leads import lead_list
from sales.models import Lead, Opportunity
from sales.services.leads import (
    ClaimLimitError,
    ClaimLostError,
    Conversion,
    claim_lead,
    convert_lead,
    disqualify_lead,
    merge_leads,
    release_lead,
    revive_lead,
)
from sales.services.requiring import MissingFieldsError
from sales.views.leads import fetch_reachable, with_related

STATE_LENGTH = 8000


@require_POST
@login_required
def lead_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a lead out of the pool."""
    user = signed_in(request)
    lead = fetch_reachable(request, pk)
    if not user.access.can_edit("sales"):
        raise PermissionDenied
    try:
        claim_lead(lead, user)
    except ClaimLostError:
        messages.error(request, _("Somebody else was quicker: “%(lead)s” is taken.") % {"lead": lead})
        return page_follows(request, reverse("sales:lead-pool"))
    except ClaimLimitError as error:
        messages.error(request, limit_words(error))
        return page_follows(request, lead.get_absolute_url())
    messages.success(request, _("“%(lead)s” is yours now.") % {"lead": lead})
    return page_follows(request, lead.get_absolute_url())


def limit_words(error: ClaimLimitError) -> str:
    """Say which limit stands against a claim."""
    if error.a_day:
        said = ngettext("You can claim %(n)s lead a day.", "You can claim %(n)s leads a day.", error.limit)
    else:
        said = ngettext("You can hold %(n)s lead at a time.", "You can hold %(n)s leads at a time.", error.limit)
    return said % {"n": error.limit}


@require_POST
@login_required
def lead_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a lead back into the pool."""
    lead = fetch_editable(with_related(), signed_in(request), pk=pk)
    title = _("Given back: %(lead)s") % {"lead": lead}
    return _do(request, lead, title, lambda fresh, user: release_lead(fresh, posted_version(request), user))


@require_POST
@login_required
def lead_revive(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on a lead again that was given up."""
    lead = fetch_editable(with_related(), signed_in(request), pk=pk)
    title = _("Taken up again: %(lead)s") % {"lead": lead}
    try:
        return _do(request, lead, title, lambda fresh, user: revive_lead(fresh, posted_version(request), user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(lead)


@require_POST
@login_required
def lead_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge other leads of the same customer into this one."""
    user = signed_in(request)
    lead = fetch_editable(with_related(), user, pk=pk)
    chosen = [int(text) for text in request.POST.getlist("other") if text.isascii() and text.isdigit()]
    others = list(with_related().editable_by(user).filter(pk__in=chosen[:50]).exclude(pk=pk))
    if not others:
        messages.error(request, _("Choose the leads that are the same enquiry."))
        return redirect(lead)
    title = _("Merged: %(lead)s") % {"lead": lead}
    try:
        return _do(request, lead, title, lambda fresh, actor: merge_leads(fresh, others, actor))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(lead)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lead_disqualify(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a lead up, with the reason."""
    lead = fetch_editable(with_related(), signed_in(request), pk=pk)
    title, verb = _("Give up: %(lead)s") % {"lead": lead}, _("Give up")
    if request.method != "POST":
        return _ask(request, lead, DisqualifyForm(), title, verb)
    form = DisqualifyForm(request.POST)
    if not form.is_valid():
        return _ask(request, lead, form, title, verb, status=422)
    facts = form.cleaned_data

    def work(fresh: Lead, user: User) -> None:
        disqualify_lead(
            fresh, posted_version(request), facts["reason"], user, note=facts["note"], revive_on=facts["revive_on"]
        )

    try:
        return _do(request, lead, _("Given up: %(lead)s") % {"lead": lead}, work)
    except ValidationError as error:
        form.add_error(None, error)
        return _ask(request, lead, form, title, verb, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lead_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an opportunity of a lead."""
    user = signed_in(request)
    lead = fetch_editable(with_related(), user, pk=pk)
    if lead.opportunity is not None:
        return page_follows(request, lead.opportunity.get_absolute_url())
    title, verb = _("Convert: %(lead)s") % {"lead": lead}, _("Convert")
    if request.method != "POST":
        return _ask(request, lead, ConvertForm(lead=lead, user=user), title, verb)
    form = ConvertForm(request.POST, lead=lead, user=user)
    if not form.is_valid():
        return _ask(request, lead, form, title, verb, status=422)
    given = form.cleaned_data
    wanted = Conversion(form.facts, given["organisation"], given["organisation_name"])
    made: list[Opportunity] = []

    def work(fresh: Lead, actor: User) -> None:
        made.append(convert_lead(fresh, posted_version(request), wanted, actor))

    try:
        return _do(request, lead, _("Converted: %(lead)s") % {"lead": lead}, work, made)
    except MissingFieldsError as missing:
        words = _("The stage asks for: %(fields)s.") % {"fields": ", ".join(missing.labels)}
        form.add_error("stage", words)
    except ValidationError as error:
        for name, found in (error.message_dict if hasattr(error, "error_dict") else {"": error.messages}).items():
            form.add_error(name if name in form.fields else None, found)
    return _ask(request, lead, form, title, verb, status=422)


def _do(
    request: HttpRequest,
    lead: Lead,
    title: str,
    work: Callable[[Lead, User], None],
    made: list[Opportunity] | None = None,
) -> HttpResponse:
    """Do it as an operation that can be undone; go to what came of it, or to where it was asked for."""
    user = signed_in(request)
    try:
        with operation(OperationKind.EDIT, actor=user, module="sales", title=title, count=1) as done:
            work(with_related().get(pk=lead.pk), user)
    except StaleVersionError:
        said = _("Somebody else changed “%(record)s” in the meantime; look at it again.")
        messages.error(request, said % {"record": lead})
    else:
        messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
    if made:
        return page_follows(request, made[0].get_absolute_url())
    state = request.POST.get("state", "")[:STATE_LENGTH]
    if state:
        return dialog_done(request, lead_list.state(QueryDict(state)).address(lead_list))
    return page_follows(request, lead.get_absolute_url())


def _ask(
    request: HttpRequest, lead: Lead, form: forms.Form, title: str, verb: str, *, status: int = 200
) -> HttpResponse:
    whole = not wants_fragment(request)
    context: dict[str, Any] = {
        "record": lead,
        "form": form,
        "page_title": title,
        "verb": verb,
        "state": (request.POST.get("state") or request.GET.get("state", ""))[:STATE_LENGTH],
        "target": request.path,
        "whole": whole,
        "version": request.POST.get("version") or lead.version,
    }
    return render(request, "sales/deal_ask_page.html" if whole else "sales/deal_ask.html", context, status=status)
