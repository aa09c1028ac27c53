"""The rules of assignment: all of them in order, a form for each, and their order."""

from __future__ import annotations

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.assignment.kinds import AssignmentKind, UnknownKindError, get_kind, kinds
from crm_site.assignment.models import AssignmentRule
from crm_site.assignment.services import change_rule, create_rule, move_rule, order_rules
from crm_site.pages.assignment.forms import RuleForm
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import posted_version, signed_in
from crm_site.rules import Rule, RuleError, decode_rule, readable_rule
from crm_site.rules.building import Building
from crm_site.rules.registry import get_subject
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError

HOME = "assignment:rule-list"
WAYS = {"up": -1, "down": 1}


@require_safe
@login_required
def rule_list(request: HttpRequest) -> HttpResponse:
    """Show the rules of every kind of record in the order in which they are asked."""
    user = _require(request)
    found = list(AssignmentRule.objects.select_related("team").prefetch_related("memberships"))
    groups = [
        (kind, [(rule, _condition(kind, rule, user), _people(rule)) for rule in found if rule.kind == kind.code])
        for kind in kinds()
    ]
    return render(request, "pages/assignment/rules.html", {"groups": groups, "page_title": _("Assignment")})


@require_http_methods(["GET", "POST"])
@login_required
def rule_create(request: HttpRequest, code: str) -> HttpResponse:
    """Add a rule for a kind of record."""
    user, kind = _require(request), _kind(code)
    form = RuleForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_rule(kind.code, form.facts, form.members)
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            return _saved(request, made)
    return _page(request, form, _("New rule: %(records)s") % {"records": kind.label}, user)


@require_http_methods(["GET", "POST"])
@login_required
def rule_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule, its people and its condition."""
    user, rule = _require(request), _rule(request, pk)
    # A copy: a refused form must not change the rule that the service gets.
    form = RuleForm(request.POST or None, instance=copy(rule), kind=_kind(rule.kind))
    version = posted_version(request) if request.method == "POST" else rule.version
    if request.method == "POST" and form.is_valid():
        try:
            change_rule(rule, version, form.facts, form.members)
        except StaleVersionError:
            version = AssignmentRule.objects.get(pk=pk).version
            form.add_error(None, _("Somebody else changed this in the meantime. Save again to replace what is stored."))
        except forms.ValidationError as error:
            form.refuse(error)
        else:
            return _saved(request, rule)
    return _page(request, form, _("Change “%(record)s”") % {"record": rule}, user, version)


@require_POST
@login_required
def rule_move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Have a rule asked one place earlier or later."""
    if way not in WAYS:
        raise Http404
    move_rule(_rule(request, pk), WAYS[way])
    return redirect(HOME)


@require_POST
@login_required
def rule_order(request: HttpRequest, code: str) -> HttpResponse:
    """Have the rules of a kind asked in the order in which they were dragged."""
    _require(request)
    kind = _kind(code)
    keys = [int(text) for text in request.POST.getlist("rule") if text.isascii() and text.isdigit()]
    order_rules(kind.code, keys)
    return HttpResponse(status=204)


class RuleDeleteView(DeleteRecordView):
    """Moves a rule to the trash."""

    model = AssignmentRule
    list_url_name = HOME


def _require(request: HttpRequest) -> User:
    """Answer “not found” to people who don't set up the site."""
    user = signed_in(request)
    if not sets_up(user):
        raise Http404
    return user


def _kind(code: str) -> AssignmentKind:
    try:
        return get_kind(code)
    except UnknownKindError as error:
        raise Http404 from error


def _rule(request: HttpRequest, pk: int) -> AssignmentRule:
    return fetch_editable(AssignmentRule.objects.all(), signed_in(request), pk=pk)


def _condition(kind: AssignmentKind, rule: AssignmentRule, user: User) -> str:
    """Return what a rule takes, in words."""
    if rule.condition is None:
        return _("everything else")
    condition = readable_rule(kind.subject, rule.condition)
    return condition.summary(user) if condition is not None else _("a condition that can no longer be read")


def _people(rule: AssignmentRule) -> str:
    """Return whom a rule chooses among, in words."""
    named = len(rule.memberships.all())
    people = ngettext("%(count)d person", "%(count)d people", named) % {"count": named} if named else ""
    return " + ".join(part for part in (str(rule.team or ""), people) if part)


def _saved(request: HttpRequest, rule: AssignmentRule) -> HttpResponse:
    messages.success(request, _("“%(record)s” was saved.") % {"record": rule})
    return redirect(HOME)


def _shown(form: RuleForm) -> Rule | None:
    """Return the condition as typed, or as stored."""
    subject = form.kind.subject
    try:
        return decode_rule(subject, str(form.data.get("rule_code") or ""))
    except RuleError:
        return readable_rule(subject, form.instance.condition)


def _page(request: HttpRequest, form: RuleForm, title: str, user: User, version: int = 0) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "record": form.instance,
        "version": version,
        "page_title": title,
        "cancel_url": reverse(HOME),
        "builder": Building.opened(get_subject(form.kind.subject), user, _shown(form)),
        "lines": form.lines(),
    }
    return render(request, "pages/assignment/rule.html", context, status=422 if form.errors else 200)
