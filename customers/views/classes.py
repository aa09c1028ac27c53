"""Classes by rule: the page that shows them all, and their set-up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.querysets import sets_up
from crm_site.pages.requests import signed_in
from crm_site.rules import Rule, RuleError, decode_rule, readable_rule
from crm_site.rules.building import Building
from crm_site.rules.registry import get_subject
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.models import User
from customers import selectors
from customers.forms.classes import ClassForm, ClassificationForm
from customers.lists import customer_list
from customers.models import Classification, CustomerClass
from customers.services import (
    change_class,
    change_classification,
    create_class,
    create_classification,
    move_class,
    move_classification,
)
from customers.services.classes import classifications_in_order

HOME = "customers:classification-list"
WAYS = {"up": -1, "down": 1}


def rule_words(one: CustomerClass, user: User) -> str:
    """Return the rule of a class in words."""
    rule = readable_rule("customer", one.rule)
    return rule.summary(user) if rule is not None else ""


@require_safe
@login_required
def classification_list(request: HttpRequest) -> HttpResponse:
    """Show the classifications with their classes, whom they take, and how many of them the reader sees."""
    user = signed_in(request)
    if not user.access.can_view("customers"):
        raise Http404
    sizes = selectors.class_sizes(user)
    context = {
        "page_title": _("Classes"),
        "classifications": [
            (one, [(each, rule_words(each, user), sizes.get(each.pk, 0), _customers(each)) for each in classes])
            for one, classes in classifications_in_order(also_unused=True)
        ],
        "can_change": sets_up(user),
    }
    return render(request, "customers/classification_list.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def classification_create(request: HttpRequest) -> HttpResponse:
    """Add a classification."""
    user = signed_in(request)
    _require(user)
    form = ClassificationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _saved(request, create_classification(form.cleaned_data, user))
    return _form(request, form, _("New classification"))


@require_http_methods(["GET", "POST"])
@login_required
def classification_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a classification, or put it out of use."""
    user = signed_in(request)
    found = fetch_editable(Classification.objects.all(), user, pk=pk)
    form = ClassificationForm(request.POST or None, instance=found)
    title = _("Change “%(record)s”") % {"record": found}
    if request.method == "POST" and form.is_valid():
        change_classification(found, form.cleaned_data, user)
        return _saved(request, found)
    return _form(request, form, title)


@require_POST
@login_required
def classification_move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Put a classification one place up or down."""
    user = signed_in(request)
    move_classification(fetch_editable(Classification.objects.all(), user, pk=pk), _way(way), user)
    return redirect(HOME)


class ClassificationDeleteView(DeleteRecordView):
    """Moves a classification with its classes to the trash."""

    model = Classification
    list_url_name = HOME


@require_http_methods(["GET", "POST"])
@login_required
def class_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a class to a classification."""
    user = signed_in(request)
    found = fetch_editable(Classification.objects.all(), user, pk=pk)
    form = ClassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, create_class(found, form.facts, user))
        except ValidationError as error:
            form.refuse(error)
    return _builder(request, form, _("New class: %(classification)s") % {"classification": found}, None, user)


@require_http_methods(["GET", "POST"])
@login_required
def class_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a class, or say by another rule who belongs to it."""
    user = signed_in(request)
    found = fetch_editable(CustomerClass.objects.all(), user, pk=pk)
    title = _("Change “%(record)s”") % {"record": found}
    rule = readable_rule("customer", found.rule) if found is not None else None
    form = ClassForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_class(found, form.facts, user)
        except ValidationError as error:
            form.refuse(error)
        else:
            return _saved(request, found)
    return _builder(request, form, title, rule, user)


@require_POST
@login_required
def class_move(request: HttpRequest, pk: int, way: str) -> HttpResponse:
    """Have a class asked one place earlier or later."""
    user = signed_in(request)
    found = fetch_editable(CustomerClass.objects.all(), user, pk=pk)
    move_class(found, _way(way), user)
    return redirect(found)


class ClassDeleteView(DeleteRecordView):
    """Moves a class to the trash; its customers go to the next class that fits."""

    model = CustomerClass
    list_url_name = HOME


def _require(user: User) -> None:
    if not user.access.can_view("customers"):
        raise Http404
    if not sets_up(user):
        raise PermissionDenied


def _way(way: str) -> int:
    if way not in WAYS:
        raise Http404
    return WAYS[way]


def _customers(one: CustomerClass) -> str:
    return customer_list.url(in_class=[str(one.pk)])


def _saved(request: HttpRequest, record: Classification | CustomerClass) -> HttpResponse:
    messages.success(request, _("“%(record)s” was saved.") % {"record": record})
    return redirect(record)


def _form(request: HttpRequest, form: ClassificationForm, title: str) -> HttpResponse:
    context = {"form": form, "page_title": title, "cancel_url": reverse(HOME), "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


def _builder(request: HttpRequest, form: ClassForm, title: str, rule: Rule | None, user: User) -> HttpResponse:
    """Show the form with the builder on the typed rule, or on the stored one."""
    try:
        shown = decode_rule("customer", str(form.data.get("rule_code") or ""))
    except RuleError:
        shown = rule  # type: ignore[assignment]  # none yet for a new class
    context: dict[str, Any] = {
        "form": form,
        "page_title": title,
        "cancel_url": reverse(HOME),
        "builder": Building.opened(get_subject("customer"), user, shown),
    }
    return render(request, "customers/class_form.html", context, status=422 if form.errors else 200)
