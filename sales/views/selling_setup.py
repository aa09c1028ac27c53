"""Setting up how is sold: pipelines with stages, reasons, competitors and exchange rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from sales.choices import DealStatus, ReasonKind
from sales.forms.selling_setup import CompetitorForm, PipelineForm, RateForm, ReasonForm, RetireForm, StageForm
from sales.models import Competitor, ExchangeRate, Pipeline, Reason, Stage
from sales.services.requiring import requirable_fields
from sales.services.selling_setup import (
    change_pipeline,
    change_stage,
    create_pipeline,
    create_stage,
    move_stage_by,
    order_stages,
    retire_stage,
    save_set_up,
)

HOME = "sales:pipeline-list"
WAYS = {"up": -1, "down": 1}


@require_safe
@login_required
def pipeline_list(request: HttpRequest) -> HttpResponse:
    """Show the pipelines with their stages, what each says and asks for, and how many deals stand there."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    named = dict(requirable_fields())
    counted = Count("opportunities", filter=Q(opportunities__status=DealStatus.OPEN))
    stages: dict[int, list[Any]] = {}
    for one in Stage.objects.annotate(deals=counted).order_by("position", "id"):
        words = [str(named[name]) for name in one.required if name in named]
        stages.setdefault(one.pipeline_id, []).append((one, words))
    pipelines = Pipeline.objects.order_by("-is_active", "position", "id")
    context = {
        "page_title": _("Pipelines"),
        "pipelines": [(one, stages.get(one.pk, [])) for one in pipelines],
        "can_change": sets_up(user),
    }
    return render(request, "sales/pipeline_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pipeline_create(request: HttpRequest) -> HttpResponse:
    """Add a pipeline."""
    user = administrator(request)
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _saved(request, create_pipeline(form.cleaned_data, user), HOME)
    return _form(request, form, _("New pipeline"), HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pipeline_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a pipeline, make it the default, or put it out of use."""
    user = administrator(request)
    found = fetch_visible(Pipeline.objects.all(), user, pk=pk)
    form = PipelineForm(request.POST or None, instance=Pipeline.objects.get(pk=pk))
    return _change(
        request, form, found, HOME, lambda facts: change_pipeline(found, posted_version(request), facts, user)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def stage_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a stage to a pipeline."""
    user = administrator(request)
    pipeline = fetch_visible(Pipeline.objects.all(), user, pk=pk)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _saved(request, create_stage(pipeline, form.cleaned_data, user), HOME)
    return _form(request, form, _("New stage: %(pipeline)s") % {"pipeline": pipeline}, HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a stage is called, says and asks for."""
    user = administrator(request)
    found = fetch_visible(Stage.objects.select_related("pipeline"), user, pk=pk)
    form = StageForm(request.POST or None, instance=Stage.objects.get(pk=pk))
    version = posted_version(request)
    return _change(request, form, found, HOME, lambda facts: change_stage(found, version, facts, user))


@require_POST
@login_required
def stage_shift(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Put a stage one place earlier or later."""
    user = administrator(request)
    if way not in WAYS:
        raise Http404
    move_stage_by(fetch_visible(Stage.objects.select_related("pipeline"), user, pk=pk), WAYS[way], user)
    return redirect(HOME)


@require_POST
@login_required
def pipeline_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the stages of a pipeline into the order they were dragged to."""
    user = administrator(request)
    keys = [int(text) for text in request.POST.getlist("key") if text.isascii() and text.isdigit() and len(text) < 18]
    order_stages(fetch_visible(Pipeline.objects.all(), user, pk=pk), keys, user)
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect(HOME)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def stage_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a stage out of use, and its open deals elsewhere."""
    user = administrator(request)
    stage = fetch_visible(Stage.objects.select_related("pipeline"), user, pk=pk)
    form = RetireForm(request.POST or None, stage=stage)
    if request.method == "POST" and form.is_valid():
        try:
            retire_stage(stage, posted_version(request), form.cleaned_data["to"], user)
        except StaleVersionError:
            form.add_error(None, _("Somebody else changed this in the meantime."))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _saved(request, stage, HOME)
    title = _("Put “%(stage)s” out of use") % {"stage": stage}
    return _form(request, form, title, HOME, version=stage.version)


@require_safe
@login_required
def reason_list(request: HttpRequest) -> HttpResponse:
    """Show why deals and leads end."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    rows = list(Reason.objects.order_by("-is_active", "position", "id"))
    context = {
        "page_title": _("Reasons"),
        "kinds": [(kind, label, [one for one in rows if one.kind == kind]) for kind, label in ReasonKind.choices],
        "can_change": sets_up(user),
    }
    return render(request, "sales/reason_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reason_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a reason, or rename one and put it out of use."""
    user = administrator(request)
    found = Reason() if pk is None else fetch_visible(Reason.objects.all(), user, pk=pk)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind} if kind in ReasonKind.values else {}
    form = ReasonForm(request.POST or None, instance=found, initial=initial)
    return save_form(request, form, user, "sales:reason-list")


@require_safe
@login_required
def rate_list(request: HttpRequest) -> HttpResponse:
    """Show what currencies were worth, the latest first."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    context = {
        "page_title": _("Exchange rates"),
        "rates": ExchangeRate.objects.order_by("currency", "-day")[:500],
        "can_change": sets_up(user),
    }
    return render(request, "sales/rate_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rate_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Enter what a currency is worth from a day on, or set it right; deals keep the rate they were entered at."""
    user = administrator(request)
    found = ExchangeRate() if pk is None else fetch_visible(ExchangeRate.objects.all(), user, pk=pk)
    return save_form(request, RateForm(request.POST or None, instance=found), user, "sales:rate-list")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def competitor_form(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a competitor, or change one."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    if not user.access.can_edit("sales"):
        raise PermissionDenied
    found = Competitor() if pk is None else fetch_visible(Competitor.objects.all(), user, pk=pk)
    return save_form(request, CompetitorForm(request.POST or None, instance=found), user, "sales:competitor-list")


def administrator(request: HttpRequest) -> User:
    """Return who asks, who must set things up; without sales there is nothing here."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    if not sets_up(user):
        raise PermissionDenied
    return user


def save_form(request: HttpRequest, form: Any, user: User, home: str) -> HttpResponse:
    """Save one of the plain kinds by its form."""
    record = form.instance
    is_new = record.pk is None
    title = _("New entry") if is_new else _("Change “%(record)s”") % {"record": record}
    if request.method == "POST" and form.is_valid():
        save_set_up(record, form.cleaned_data, user)
        return _saved(request, record, home)
    return _form(request, form, title, home)


def _change(request: HttpRequest, form: Any, record: Any, home: str, work: Any) -> HttpResponse:
    title = _("Change “%(record)s”") % {"record": record}
    if request.method == "POST" and form.is_valid():
        try:
            work(form.cleaned_data)
        except StaleVersionError as stale:
            current: Any = stale.current
            form.add_error(None, _("Somebody else changed this in the meantime. Save again to replace it."))
            return _form(request, form, title, home, version=current.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, record, home)
    return _form(request, form, title, home, version=request.POST.get("version") or record.version)


def _saved(request: HttpRequest, record: Any, home: str) -> HttpResponse:
    messages.success(request, _("“%(record)s” was saved.") % {"record": record})
    return redirect(home)


def _form(request: HttpRequest, form: forms.BaseForm, title: str, home: str, version: Any = "") -> HttpResponse:
    context = {"form": form, "page_title": title, "cancel_url": reverse(home), "version": version}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)
