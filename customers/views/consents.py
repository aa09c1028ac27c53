"""What a customer allows: the card, the page with the whole ledger, and the forms that write lines and bans."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_site.files.services import FileRefusedError
from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from customers.forms.consents import BanForm, ConsentForm
from customers.models import Customer, DoNotContact
from customers.selectors.consents import ASKED_FOR, Reach
from customers.services.consenting import forbid_contact, lift_ban, record_consent


@require_safe
@login_required
def customer_consent_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a customer allows and forbids, as the body of a card of the customer's page."""
    return render(request, "customers/consent_panel.html", _context(request, pk))


@require_safe
@login_required
def customer_consents(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every channel and purpose of a customer, and the ledger that says so."""
    context = _context(request, pk)
    title = _("Consent of “%(record)s”") % {"record": context["record"]}
    return render(request, "customers/consents.html", {**context, "page_title": title, "purposes": ASKED_FOR})


@require_http_methods(["GET", "POST"])
@login_required
def customer_consent_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one line of the ledger; the address may name channel, purpose and state."""
    user = signed_in(request)
    customer = fetch_editable(Customer.objects.all(), user, pk=pk)
    known = {name: request.GET[name] for name in ("channel", "purpose", "state") if name in request.GET}
    posted = request.method == "POST"
    form = ConsentForm(request.POST if posted else None, request.FILES or None, customer=customer, initial=known)
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            record_consent(customer, form.facts, user, [file] if file else [])
        except FileRefusedError as error:
            form.add_error("file", str(error))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The ledger has another line."))
            return redirect("customers:customer-consents", pk=customer.pk)
    return _form(request, form, customer, _("Consent of “%(record)s”") % {"record": customer})


@require_http_methods(["GET", "POST"])
@login_required
def customer_forbid(request: HttpRequest, pk: int) -> HttpResponse:
    """Forbid to contact a customer, for a reason and perhaps for a time."""
    user = signed_in(request)
    customer = fetch_editable(Customer.objects.all(), user, pk=pk)
    form = BanForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        title = _("Contact with “%(record)s” is forbidden.") % {"record": customer}
        try:
            with operation(OperationKind.EDIT, actor=user, module=customer.access_module, title=title, count=1) as done:
                forbid_contact(customer, facts["reason"], user, channel=facts["channel"], until=facts["until"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
            return redirect("customers:customer-consents", pk=customer.pk)
    return _form(request, form, customer, _("Forbid contact with “%(record)s”") % {"record": customer})


@require_POST
@login_required
def ban_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a ban on contact end."""
    user = signed_in(request)
    ban = fetch_editable(DoNotContact.objects.select_related("customer"), user, pk=pk)
    title = _("Contact with “%(record)s” is no longer forbidden.") % {"record": ban.customer}
    with operation(OperationKind.EDIT, actor=user, module=ban.access_module, title=title, count=1) as done:
        lift_ban(ban, user)
    messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
    return redirect("customers:customer-consents", pk=ban.customer_id)


def _context(request: HttpRequest, pk: int) -> dict[str, Any]:
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    return {
        "record": customer,
        "reach": Reach(customer),
        "can_edit": Customer.objects.editable_by(user).filter(pk=pk).exists(),
    }


def _form(request: HttpRequest, form: forms.Form, customer: Customer, title: str) -> HttpResponse:
    context = {"form": form, "page_title": title, "cancel_url": customer.get_absolute_url(), "version": ""}
    return render(request, "pages/form.html", context, status=422 if form.errors else 200)
