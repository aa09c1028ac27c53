"""Cards that sales shows on the pages of other apps."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Case, Count, Q, Sum, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm_site.pages import formatting
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers.models import Customer
from sales.choices import DealStatus
from sales.lists import opportunity_list, order_list
from sales.models import Opportunity, Order

SHOWN = 5


@require_safe
@login_required
def customer_orders(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's latest orders and what they came to."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.select_related("metrics"), user, pk=pk)
    orders = Order.objects.visible_to(user).filter(customer=customer).order_by("-ordered_at", "-id")[:SHOWN]
    rows = [
        {
            "label": order.number,
            "url": order.get_absolute_url(),
            "context": f"{formatting.date(order.ordered_at)} · {order.get_status_display()}",
            "value": formatting.money(order.total, order.currency),
            "tone": "bad" if order.is_credit else "",
        }
        for order in orders
    ]
    context = {
        "customer": customer,
        "rows": rows,
        "all_url": order_list.url(customer=(customer.pk, customer.pk, None)),
        "branch_url": "" if customer.is_person else order_list.url(within=customer.pk),
    }
    return render(request, "sales/customer_orders.html", context)


@require_safe
@login_required
def customer_opportunities(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a customer's deals, open ones first; an organisation's people bring theirs along."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    mine = Q(customer=customer)
    if not customer.is_person:
        mine |= Q(customer__organisation=customer)
    seen = Opportunity.objects.visible_to(user).filter(mine)
    openness = Case(When(status=DealStatus.OPEN, then=0), default=1)
    deals = list(seen.select_related("customer", "stage").order_by(openness, "expected_close", "id")[: SHOWN + 1])
    totals = seen.open().aggregate(count=Count("pk"), amount=Sum("base_amount"), weighted=Sum("base_weighted"))
    context = {
        "customer": customer,
        "deals": deals[:SHOWN],
        "totals": totals,
        "can_open": user.access.can_edit("sales"),
        "all_url": opportunity_list.url(customer=(customer.pk, customer.pk, None)) if deals else "",
        "branch_url": "" if customer.is_person else opportunity_list.url(within=customer.pk),
    }
    return render(request, "sales/customer_opportunities.html", context)
