"""Cards that sales shows on the pages of other apps."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm_site.pages import formatting
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers.models import Customer
from sales.lists import order_list
from sales.models import Order

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
