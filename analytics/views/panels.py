"""The cards that analytics shows on a customer's page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from analytics.selectors.health import health_lines
from crm_site.pages import formatting
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers.lists import customer_list
from customers.models import Customer, CustomerScore


@require_safe
@login_required
def customer_value_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what analytics knows of a customer."""
    user = signed_in(request)
    if not user.access.can_view("analytics"):
        raise Http404
    customer = fetch_visible(Customer.objects.select_related("metrics", "score"), user, pk=pk)
    score: CustomerScore = customer.score
    context: dict[str, Any] = {"customer": customer, "score": score, "metrics": customer.metrics}
    if score.rfm_on is not None:
        context["segment_url"] = customer_list.url(segment=[score.segment], sort="-revenue")
    if score.tier:
        context["tier_url"] = customer_list.url(tier=[score.tier], sort="-clv")
    if score.clv_low is not None and score.clv_high is not None:
        ends = (formatting.money(end, compact=True) for end in (score.clv_low, score.clv_high))
        context["interval"] = gettext("%(low)s – %(high)s") % dict(zip(("low", "high"), ends, strict=True))
    return render(request, "analytics/customer_value_panel.html", context)


@require_safe
@login_required
def customer_health_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's health with the parts that give it, and what they rest on."""
    user = signed_in(request)
    if not user.access.can_view("analytics"):
        raise Http404
    customer = fetch_visible(Customer.objects.select_related("metrics", "score"), user, pk=pk)
    context = {
        "customer": customer,
        "score": customer.score,
        "lines": health_lines(customer, user, timezone.now()),
    }
    return render(request, "analytics/customer_health_panel.html", context)
