"""The lines of a deal: products at their price and discount, and whether the amount is theirs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm_site.history.choices import OperationKind
from crm_site.history.operations import operation
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable
from crm_site.staff.versioning import StaleVersionError
from sales.forms import DealLineFormSet
from sales.models import Opportunity
from sales.services import set_lines

NAMES = ("product", "description", "quantity", "unit_price", "discount")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opportunity_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the lines of a deal."""
    user = signed_in(request)
    deal = fetch_editable(Opportunity.objects.select_related("owner"), user, pk=pk)
    stored = [{name: getattr(line, name) for name in NAMES} for line in deal.lines.select_related("product")]
    posted = request.POST if request.method == "POST" else None
    lines = DealLineFormSet(posted, initial=stored, prefix="lines", form_kwargs={"user": user})
    products = {line["product"].pk: line["product"] for line in stored if line["product"] is not None}
    for one in lines:
        picker: Any = one.fields["product"].widget
        picker.known = products
    status, words = 200, ""
    if posted is not None:
        status = 422
        if lines.is_valid():
            given = [line for line in lines.cleaned_data if line]
            title = _("Lines: %(deal)s") % {"deal": deal}
            try:
                with operation(OperationKind.EDIT, actor=user, module="sales", title=title, count=1) as done:
                    set_lines(deal, posted_version(request), given, user, sums="sums" in posted)
            except StaleVersionError as stale:
                current: Any = stale.current
                deal, status = current, 409
                words = _("Somebody else changed this deal in the meantime. Save again to replace what is stored now.")
            except ValidationError as error:
                words = " ".join(error.messages)
            else:
                messages.success(request, title, extra_tags=reverse("history:operation-undo", args=[done.pk]))
                return redirect(deal)
    context = {
        "record": deal,
        "lines": lines,
        "words": words,
        "sums": "sums" in posted if posted is not None else deal.amount_from_lines or not stored,
        "page_title": _("Products of “%(deal)s”") % {"deal": deal},
        "version": deal.version,
    }
    return render(request, "sales/deal_lines.html", context, status=status)
