"""The customer's page, and the forms that create and change one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from customers import selectors
from customers.forms import CustomerForm
from customers.models import Customer
from customers.services import change_customer, create_customer
from customers.views.facts import CustomerFieldView
from customers.views.summary import summary_context
from customers.views.timeline import timeline_context


@require_safe
@login_required
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one customer: facts, timeline, and the panels of other apps."""
    user = signed_in(request)
    customer = fetch_visible(selectors.for_page(), user, pk=pk)
    can_edit = Customer.objects.editable_by(user).filter(pk=pk).exists()
    context = {
        "record": customer,
        "page_title": customer.name,
        "facts": CustomerFieldView.lines(customer, editable=can_edit),
        "panels": panels_for(user, "customer", customer.pk, customer),
        "can_edit": can_edit,
        **summary_context(customer, user),
        **timeline_context(customer, user, request.GET),
    }
    return render(request, "customers/customer_detail.html", context)


class CustomerFormView(RecordFormView):
    """Creates and changes customers."""

    model = Customer
    form_class = CustomerForm
    module = "customers"
    create_title = _("New customer")
    list_url_name = "customers:customer-list"

    def create(self, form: CustomerForm, user: User) -> Customer:
        """Create the customer."""
        return create_customer(form.cleaned_data, user)

    def change(self, record: Customer, version: int, form: CustomerForm, user: User) -> None:
        """Change what differs from the stored record."""
        change_customer(record, version, changed_facts(form), user)


class CustomerDeleteView(DeleteRecordView):
    """Moves a customer to the trash."""

    model = Customer
    list_url_name = "customers:customer-list"
