"""Where customers stand: the board of the lifecycle, one customer's standing, decisions, and the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.lib.days import organisation_today
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import signed_in
from crm_site.rules import RuleError, decode_rule, readable_rule
from crm_site.rules.building import Building
from crm_site.rules.registry import get_subject
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from customers import selectors
from customers.choices import Stage
from customers.forms.segments import StageForm
from customers.lists import customer_list
from customers.models import Customer, LifecycleRule, StageMove
from customers.services import change_lifecycle_rule, decide_stage, withdraw_decision
from customers.views.classes import rule_words


@require_safe
@login_required
def lifecycle(request: HttpRequest) -> HttpResponse:
    """Show how many customers stand in each stage, and who moved this month."""
    user = signed_in(request)
    if not user.access.can_view("customers"):
        raise Http404
    month = _month(request.GET.get("month", ""))
    today = organisation_today().replace(day=1)
    following = (month + dt.timedelta(days=32)).replace(day=1)
    columns = selectors.lifecycle_board(user, month)
    context = {
        "page_title": _("Lifecycle"),
        "columns": [
            (column, customer_list.url(stage=[column.stage.value]), _moves(column.arrivals, user)) for column in columns
        ],
        "month": month,
        "before": (month - dt.timedelta(days=1)).replace(day=1),
        "after": following if following <= today else None,
        "rules": _rules(user),
        "can_change": sets_up(user),
    }
    return render(request, "customers/lifecycle.html", context)


@require_safe
@login_required
def customer_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer's stage with its reason, and its segments, as a card of the customer's page."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    standing = selectors.standing_of(customer)
    context = {
        "record": customer,
        "standing": standing,
        "moves": _moves(standing.moves, user),
        "classes": [(one, rule_words(one.customer_class, user)) for one in selectors.classes_of(customer)],
        "can_edit": Customer.objects.editable_by(user).filter(pk=pk).exists(),
    }
    return render(request, "customers/customer_standing.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def customer_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Place a customer in a stage whatever the rules say, for a reason and perhaps for a time."""
    user = signed_in(request)
    customer = fetch_editable(Customer.objects.all(), user, pk=pk)
    form = StageForm(request.POST or None, initial={"stage": customer.stage})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        decide_stage(customer, facts["stage"], facts["reason"], facts["until"], user)
        messages.success(request, _("“%(record)s” was saved.") % {"record": customer})
        return redirect(customer)
    title = _("Decide where “%(record)s” stands") % {"record": customer}
    context = {"form": form, "page_title": title, "cancel_url": customer.get_absolute_url(), "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def customer_stage_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a customer's stage to the rules again."""
    user = signed_in(request)
    customer = fetch_editable(Customer.objects.all(), user, pk=pk)
    withdraw_decision(customer, user)
    messages.success(request, _("The rules decide again where “%(record)s” stands.") % {"record": customer})
    return redirect(customer)


@require_http_methods(["GET", "POST"])
@login_required
def lifecycle_rule(request: HttpRequest, stage: str) -> HttpResponse:
    """Let an administrator change the rule of a stage; the present one is kept for the moves it caused."""
    user = signed_in(request)
    present = LifecycleRule.objects.in_force().filter(stage=stage).first()
    if present is None or not user.access.can_view("customers"):
        raise Http404
    if not sets_up(user):
        raise PermissionDenied
    rule, error = readable_rule("customer", present.rule), ""
    if request.method == "POST":
        try:
            rule = decode_rule("customer", request.POST.get("rule_code", ""))
        except RuleError:
            error = _("Fill in the rule: it says when customers stand in this stage.")
        else:
            change_lifecycle_rule(stage, rule.to_json(), user)
            messages.success(request, _("The rule was changed. Everybody is asked again tonight, or by the job now."))
            return redirect("customers:lifecycle")
    context = {
        "page_title": _("When customers stand in “%(stage)s”") % {"stage": present},
        "builder": Building.opened(get_subject("customer"), user, rule),
        "error": error,
    }
    return render(request, "customers/lifecycle_rule.html", context, status=422 if error else 200)


def _month(text: str) -> dt.date:
    """Return the first day of the month in the address, or of this month."""
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return organisation_today().replace(day=1)


def _words(one: LifecycleRule | None, user: User) -> str:
    rule = readable_rule("customer", one.rule) if one is not None else None
    return rule.summary(user) if rule is not None else ""


def _rules(user: User) -> list[dict[str, Any]]:
    """Return what the rules say, in the order in which they are asked; the last stage is for everybody else."""
    found = [{"stage": one, "code": one.stage, "words": _words(one, user)} for one in LifecycleRule.objects.in_force()]
    return [*found, {"stage": Stage.PROSPECT.label, "code": "", "words": _("everybody else")}]


def _moves(moves: list[StageMove], user: User) -> list[tuple[StageMove, str]]:
    """Return moves with their reason in words."""
    known: dict[int | None, str] = {}
    for move in moves:
        if move.rule_id not in known:
            known[move.rule_id] = _words(move.rule, user)
    return [(move, move.reason or known[move.rule_id]) for move in moves]
