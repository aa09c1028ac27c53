"""Moving, winning, losing, reopening and cloning deals: each verb asks what it needs, in a dialog or on a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.requests import dialog_done, page_follows, posted_version, signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.versioning import StaleVersionError
from sales.forms.closing import LoseForm, MoveForm, WinForm
from sales.lists import opportunity_list
from sales.models import Opportunity, Stage
from sales.services import (
    MissingFieldsError,
    clone_opportunity,
    lose_opportunity,
    move_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from sales.services.requiring import missing_fields, requirable_fields
from sales.views.opportunities import with_related

STATE_LENGTH = 8000


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a deal into another stage, and ask for just what that stage needs."""
    user = signed_in(request)
    deal = fetch_editable(with_related(), user, pk=pk)
    stage = _stage(request, deal)
    title = _("Move to “%(stage)s”") % {"stage": stage}
    if request.method != "POST":
        form = MoveForm(opportunity=deal, names=missing_fields(deal, stage), user=user)
        return _ask(request, deal, form, title, _("Move"), stage=stage)
    known = dict(requirable_fields())
    names = [name for name in request.POST.get("asks", "").split(",") if name in known]
    form = MoveForm(request.POST, opportunity=deal, names=names, user=user)
    if not form.is_valid():
        return _ask(request, deal, form, title, _("Move"), stage=stage, names=names, status=422)

    def work(fresh: Opportunity) -> None:
        move_opportunity(fresh, posted_version(request), stage, user, form.facts)

    try:
        return _do(request, deal, title, work)
    except MissingFieldsError as missing:
        asking = MoveForm(opportunity=deal, names=missing.names, user=user)
        return _ask(request, deal, asking, title, _("Move"), stage=stage, names=missing.names, status=422)
    except ValidationError as error:
        _refuse(form, error)
        return _ask(request, deal, form, title, _("Move"), stage=stage, names=names, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_win(request: HttpRequest, pk: int) -> HttpResponse:
    """Win a deal, with the reason."""
    return _end(request, pk, WinForm, _("Won: %(deal)s"), _("Mark as won"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Lose a deal, with the reason and who got it."""
    return _end(request, pk, LoseForm, _("Lost: %(deal)s"), _("Mark as lost"))


@require_POST
@login_required
def opportunity_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Work on an ended deal again."""
    user = signed_in(request)
    deal = fetch_editable(with_related(), user, pk=pk)
    title = _("Reopened: %(deal)s") % {"deal": deal}
    try:
        return _do(request, deal, title, lambda fresh: reopen_opportunity(fresh, posted_version(request), user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(deal)


@require_POST
@login_required
def opportunity_clone(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a deal like this one, and go there."""
    user = signed_in(request)
    deal = fetch_visible(with_related(), user, pk=pk)
    if not user.access.can_edit("sales"):
        raise PermissionDenied
    title = _("Copied: %(deal)s") % {"deal": deal}
    try:
        with operation(OperationKind.EDIT, actor=user, module="sales", title=title, count=1) as done:
            made = clone_opportunity(deal, user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(deal)
    messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
    return redirect(made)


def _end(request: HttpRequest, pk: int, make: type[WinForm], sentence: str, verb: str) -> HttpResponse:
    user = signed_in(request)
    deal = fetch_editable(with_related(), user, pk=pk)
    title = sentence % {"deal": deal}
    if request.method != "POST":
        return _ask(request, deal, make(), title, verb)
    form = make(request.POST)
    if not form.is_valid():
        return _ask(request, deal, form, title, verb, status=422)
    facts = form.cleaned_data

    def work(fresh: Opportunity) -> None:
        told = {"note": facts["note"], "closed_at": form.closed_at}
        if make is LoseForm:
            lose_opportunity(fresh, posted_version(request), facts["reason"], user, lost_to=facts["lost_to"], **told)
        else:
            win_opportunity(fresh, posted_version(request), facts["reason"], user, **told)

    try:
        return _do(request, deal, title, work)
    except ValidationError as error:
        _refuse(form, error)
        return _ask(request, deal, form, title, verb, status=422)


def _do(request: HttpRequest, deal: Opportunity, title: str, work: Callable[[Opportunity], None]) -> HttpResponse:
    """Do it as an operation that can be undone, and go back to where it was asked for."""
    user = signed_in(request)
    try:
        with operation(OperationKind.EDIT, actor=user, module="sales", title=title, count=1) as done:
            work(with_related().get(pk=deal.pk))
    except StaleVersionError:
        said = _("Somebody else changed “%(record)s” in the meantime; look at it again.")
        messages.error(request, said % {"record": deal})
    else:
        messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
    state = request.POST.get("state", "")[:STATE_LENGTH]
    if state:
        return dialog_done(request, opportunity_list.state(QueryDict(state)).address(opportunity_list))
    return page_follows(request, deal.get_absolute_url())


def _ask(
    request: HttpRequest,
    deal: Opportunity,
    form: forms.Form,
    title: str,
    verb: str,
    *,
    stage: Stage | None = None,
    names: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    whole = not wants_fragment(request)
    asked = names if names is not None else getattr(form, "names", [])
    context: dict[str, Any] = {
        "record": deal,
        "form": form,
        "page_title": title,
        "verb": verb,
        "stage": stage,
        "asks": ",".join(asked),
        "state": (request.POST.get("state") or request.GET.get("state", ""))[:STATE_LENGTH],
        "target": request.path,
        "whole": whole,
        "version": request.POST.get("version") or deal.version,
    }
    template = "sales/deal_ask_page.html" if whole else "sales/deal_ask.html"
    # In a dialog a form that comes back is an answer like any other.
    return render(request, template, context, status=status if whole else 200)


def _stage(request: HttpRequest, deal: Opportunity) -> Stage:
    """Return the stage that is asked for, or the one after the deal's."""
    text = request.POST.get("stage") or request.GET.get("stage", "")
    stages = Stage.objects.select_related("pipeline")
    if not text:
        after = stages.active().filter(pipeline=deal.pipeline_id, position__gt=deal.stage.position)
        return after.order_by("position", "id").first() or deal.stage
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return fetch_visible(stages, signed_in(request), pk=int(text))


def _refuse(form: forms.Form, error: ValidationError) -> None:
    """Put what a service found wrong beside its field, or over the form."""
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, words in found.items():
        for one in words:
            form.add_error(name if name in form.fields else None, one)
