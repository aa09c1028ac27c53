"""How leads are scored and handled: the rules with their points, a preview on real leads, deadlines and the pool."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import posted_version, signed_in
from crm_site.rules import Rule, RuleError, decode_rule, readable_rule
from crm_site.rules.building import Building
from crm_site.rules.registry import get_subject
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from sales.forms.scoring import LeadPolicyForm, ScoreRuleForm
from sales.models import Lead, ScoreRule
from sales.services.leads import change_policy, lead_policy
from sales.services.leads.scoring import (
    SUBJECT,
    change_score_rule,
    create_score_rule,
    preview_rule,
)

HOME = "sales:scoring"
SHOWN = 12


@require_safe
@login_required
def scoring(request: HttpRequest) -> HttpResponse:
    """Show the rules of scoring, and what else holds for leads."""
    user = signed_in(request)
    if not user.access.can_view("sales"):
        raise Http404
    rules = [(one, _words(one, user)) for one in ScoreRule.objects.order_by("position", "pk")]
    policy = lead_policy()
    context = {
        "page_title": _("Scoring and handling of leads"),
        "rules": rules,
        "policy": policy,
        "can_change": sets_up(user),
    }
    return render(request, "sales/scoring.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def policy_edit(request: HttpRequest) -> HttpResponse:
    """Change deadlines, grades and limits."""
    user = signed_in(request)
    _require(user)
    stored = lead_policy()
    form = LeadPolicyForm(request.POST or None, instance=lead_policy())
    if request.method == "POST" and form.is_valid():
        try:
            change_policy(stored, posted_version(request), form.cleaned_data, user)
        except StaleVersionError:
            form.add_error(None, _("Somebody else changed this in the meantime; look at it again."))
        else:
            messages.success(request, _("The handling of leads was saved."))
            return redirect(HOME)
    context = {
        "form": form,
        "page_title": _("Handling of leads"),
        "cancel_url": reverse(HOME),
        "version": stored.version,
    }
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_create(request: HttpRequest) -> HttpResponse:
    """Add a rule."""
    user = signed_in(request)
    _require(user)
    form = ScoreRuleForm(request.POST or None)
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            made = create_score_rule(form.facts, user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(record)s” was saved.") % {"record": made})
            return redirect(HOME)
    return _builder(request, form, _("New scoring rule"), None, user)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    user = signed_in(request)
    stored = _fetch(user, pk)
    form = ScoreRuleForm(request.POST or None, instance=_fetch(user, pk))
    title = _("Change “%(record)s”") % {"record": stored}
    if request.method == "POST" and "preview" not in request.POST and form.is_valid():
        try:
            change_score_rule(stored, posted_version(request), form.facts, user)
        except StaleVersionError:
            form.add_error(None, _("Somebody else changed this in the meantime; look at it again."))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(record)s” was saved.") % {"record": stored})
            return redirect(HOME)
    return _builder(request, form, title, stored, user)


class ScoreRuleDeleteView(DeleteRecordView):
    """Moves a rule to the trash; the scores follow in the night, or at the next change."""

    model = ScoreRule
    list_url_name = HOME


def _builder(
    request: HttpRequest, form: ScoreRuleForm, title: str, stored: ScoreRule | None, user: User
) -> HttpResponse:
    """Show the form with the builder on the typed condition, or on the stored one, and the preview if it was asked."""
    shown: Rule | None = readable_rule(SUBJECT, stored.condition) if stored is not None else None
    with suppress(RuleError):
        shown = decode_rule(SUBJECT, str(form.data.get("rule_code") or ""))
    context: dict[str, Any] = {
        "form": form,
        "page_title": title,
        "cancel_url": reverse(HOME),
        "version": request.POST.get("version") or (stored.version if stored else ""),
        "builder": Building.opened(get_subject(SUBJECT), user, shown),
        "preview": _preview(form, user) if "preview" in request.POST else None,
    }
    failed = bool(form.errors) and request.method == "POST"
    return render(request, "sales/scoring_rule.html", context, status=422 if failed else 200)


def _preview(form: ScoreRuleForm, user: User) -> Any:
    """Return what the typed rule would make of the latest leads; None while it is not whole."""
    if not form.is_valid():
        return None
    facts = form.facts
    rule = ScoreRule(pk=form.instance.pk, **{"is_active": True, **facts})
    leads = Lead.objects.visible_to(user).live().select_related("customer").order_by("-received_at", "-pk")
    return preview_rule(rule, list(leads[:SHOWN]))


def _words(rule: ScoreRule, user: User) -> str:
    readable = readable_rule(SUBJECT, rule.condition)
    return readable.summary(user) if readable is not None else _("This condition cannot be read any more.")


def _fetch(user: User, pk: int) -> ScoreRule:
    _require(user)
    return fetch_editable(ScoreRule.objects.all(), user, pk=pk)


def _require(user: User) -> None:
    if not user.access.can_view("sales"):
        raise Http404
    if not sets_up(user):
        raise PermissionDenied
