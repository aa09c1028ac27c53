"""The card of a customer's numbers and addresses: added, changed, removed and put first where they stand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.files.services import FileRefusedError
from crm_site.history.choices import OperationKind
from crm_site.history.models import Operation
from crm_site.history.operations import operation
from crm_site.pages.cells import saved_toast
from crm_site.pages.requests import signed_in, wants_fragment
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from customers.choices import ContactKind
from customers.forms.reach import AddressForm, ContactPointForm, PictureForm
from customers.models import Address, ContactPoint, Customer
from customers.services import reaching
from customers.services.picturing import remove_picture, set_picture

ICONS = {
    ContactKind.EMAIL.value: "mail",
    ContactKind.PHONE.value: "phone",
    ContactKind.WECHAT.value: "brand-wechat",
    ContactKind.OTHER.value: "at",
}


@dataclass(frozen=True)
class Shelf:
    """One of the two tables of the card, with its form and its services."""

    code: str
    model: Any
    form: Any
    add: Callable[..., Any]
    change: Callable[..., None]
    remove: Callable[..., None]
    put_first: Callable[..., None]


SHELVES = {
    "contact": Shelf(
        "contact",
        ContactPoint,
        ContactPointForm,
        reaching.add_contact,
        reaching.change_contact,
        reaching.remove_contact,
        reaching.put_contact_first,
    ),
    "address": Shelf(
        "address",
        Address,
        AddressForm,
        reaching.add_address,
        reaching.change_address,
        reaching.remove_address,
        reaching.put_address_first,
    ),
}


@require_safe
@login_required
def customer_reach(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how and where to reach a customer, as the body of a card."""
    customer = fetch_visible(Customer.objects.all(), signed_in(request), pk=pk)
    return _card(request, customer, focus="focus" in request.GET)


class ReachAddView(LoginRequiredMixin, View):
    """Adds a contact point or an address."""

    def get(self, request: HttpRequest, pk: int, shelf: str) -> HttpResponse:
        """Show the empty form in the card."""
        customer = fetch_editable(Customer.objects.all(), signed_in(request), pk=pk)
        return _card(request, customer, adding=shelf, form=_shelf(shelf).form())

    def post(self, request: HttpRequest, pk: int, shelf: str) -> HttpResponse:
        """Add it, or show beside the field what is wrong."""
        user = signed_in(request)
        customer = fetch_editable(Customer.objects.all(), user, pk=pk)
        form = _shelf(shelf).form(request.POST)
        done = _saved(form, user, customer, lambda facts: _shelf(shelf).add(customer, facts, user))
        if done is None:
            return _card(request, customer, status=422, adding=shelf, form=form)
        return _after(request, customer, done)


class ReachEditView(LoginRequiredMixin, View):
    """Changes a contact point or an address."""

    shelf = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show its form in its place."""
        row = _row(self.shelf, request, pk)
        return _card(request, row.customer, editing=self.shelf, row=row, form=_shelf(self.shelf).form(instance=row))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save it, or show beside the field what is wrong."""
        user, row = signed_in(request), _row(self.shelf, request, pk)
        form = _shelf(self.shelf).form(request.POST, instance=_row(self.shelf, request, pk))
        done = _saved(form, user, row.customer, lambda facts: _shelf(self.shelf).change(row, facts, user))
        if done is None:
            return _card(request, row.customer, status=422, editing=self.shelf, row=row, form=form)
        return _after(request, row.customer, done)


@require_POST
@login_required
def reach_primary(request: HttpRequest, pk: int, shelf: str) -> HttpResponse:
    """Make a contact point or an address the primary one."""
    row = _row(shelf, request, pk)
    return _do(request, row, _shelf(shelf).put_first)


@require_POST
@login_required
def reach_remove(request: HttpRequest, pk: int, shelf: str) -> HttpResponse:
    """Remove a contact point or an address, and offer to undo it."""
    row = _row(shelf, request, pk)
    return _do(request, row, _shelf(shelf).remove)


@require_http_methods(["GET", "POST"])
@login_required
def customer_portrait(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a picture of a customer, or take it away."""
    user = signed_in(request)
    customer = fetch_editable(Customer.objects.all(), user, pk=pk)
    posted = request.method == "POST"
    form = PictureForm(request.POST if posted else None, request.FILES or None, has_picture=bool(customer.picture))
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with _operation(customer, _("Picture"), user) as done:
                if file:
                    set_picture(customer, file, user)
                else:
                    remove_picture(customer, user)
        except FileRefusedError as error:
            form.add_error("file", str(error))
        else:
            undo = reverse("history:operation-undo", args=[done.pk])
            messages.success(request, _("Saved."), extra_tags=undo)
            return redirect(customer)
    title = _("Picture of “%(record)s”") % {"record": customer}
    context = {"form": form, "page_title": title, "cancel_url": customer.get_absolute_url(), "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, row: Any, service: Callable[[Any, User], None]) -> HttpResponse:
    user = signed_in(request)
    with _operation(row.customer, str(row), user) as done:
        service(row, user)
    return _after(request, row.customer, done)


def _saved(
    form: forms.ModelForm[Any], user: User, customer: Customer, save: Callable[[dict[str, Any]], Any]
) -> Operation | None:
    """Save what was typed as an operation that can be undone; None when something is wrong with it."""
    if not form.is_valid():
        return None
    facts = form.cleaned_data
    what = str(facts.get("value") or facts.get("street") or facts.get("city") or "")
    try:
        with _operation(customer, what, user) as done:
            save(facts)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    return done


def _operation(customer: Customer, what: str, user: User) -> AbstractContextManager[Operation]:
    title = f"{customer}: {what}"
    return operation(OperationKind.EDIT, actor=user, module=customer.access_module, title=title, count=1)


def _shelf(code: str) -> Shelf:
    if code not in SHELVES:
        raise Http404
    return SHELVES[code]


def _row(shelf: str, request: HttpRequest, pk: int) -> Any:
    rows = _shelf(shelf).model.objects.select_related("customer")
    return fetch_editable(rows, signed_in(request), pk=pk)


def _after(request: HttpRequest, customer: Customer, done: Operation) -> HttpResponse:
    if not wants_fragment(request):
        return redirect(customer)
    response = _card(request, customer, arrivals=[saved_toast(done)], focus=True)
    response["HX-Trigger"] = "record-saved"
    return response


def _card(request: HttpRequest, customer: Customer, *, status: int = 200, **more: Any) -> HttpResponse:
    points = ContactPoint.objects.filter(customer=customer).order_by("kind", "-is_primary", "pk")
    context = {
        "record": customer,
        "points": [(one, ICONS[one.kind]) for one in points],
        "addresses": list(Address.objects.filter(customer=customer)),
        "can_edit": Customer.objects.editable_by(signed_in(request)).filter(pk=customer.pk).exists(),
        "target": reverse("customers:customer-reach", args=[customer.pk]),
        **more,
    }
    return render(request, "customers/reach_panel.html", context, status=status)
