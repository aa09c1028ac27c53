"""The card of an organisation's place in the tree, and what its branch comes to."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from customers import selectors
from customers.lists import customer_list, task_list
from customers.models import Customer


@require_safe
@login_required
def customer_tree(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the organisations above and below a customer, the people beside it, and the figures of its branch."""
    user = signed_in(request)
    customer = fetch_visible(Customer.objects.all(), user, pk=pk)
    context: dict[str, Any] = {"record": customer, "tree": selectors.tree_around(customer, user)}
    if not customer.is_person:
        context |= {
            "figures": selectors.branch_figures(customer, user),
            "by_name": customer_list.url(within=pk),
            "by_orders": customer_list.url(within=pk, sort="-orders"),
            "by_revenue": customer_list.url(within=pk, sort="-revenue"),
            "by_last_order": customer_list.url(within=pk, sort="-last_order"),
            "open_tasks": task_list.url(within=pk, state="open"),
        }
    elif customer.organisation_id:
        context["by_name"] = customer_list.url(within=customer.organisation_id)
    return render(request, "customers/organisation_tree.html", context)
