"""The order's page, its form with lines, cancelling and paying."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import posted_version, signed_in
from crm_site.staff.fetching import fetch_editable, fetch_visible
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from sales.forms import OrderForm, OrderLineFormSet, PaymentForm
from sales.models import Order
from sales.querysets import OrderQuerySet
from sales.services import cancel_order, change_order, place_order, record_payment
from sales.services.paying import OrderCancelledError

LINE_FIELDS = ("product", "description", "quantity", "unit_price")


def with_related() -> OrderQuerySet:
    """Return orders with everything their page shows."""
    related = ("owner", "team", "customer", "credited_order")
    return Order.objects.select_related(*related).prefetch_related("lines__product", "payments")


class OrderFieldView(InlineFieldView):
    """One fact of an order."""

    model = Order
    form_class = OrderForm
    url_name = "sales:order-field"
    facts = (
        Fact(name="customer", label=_("Customer"), link=lambda one: one.customer.get_absolute_url()),
        Fact(name="kind", label=_("Kind"), editable=False),
        Fact(name="status", label=_("Status"), editable=False),
        Fact(name="ordered_at", label=_("Date"), path="ordered_at", kind="moment"),
        Fact(name="currency", label=_("Currency"), editable=False),
        Fact(name="channel", label=_("Channel")),
        Fact(name="owner", label=_("Owner")),
        Fact(name="note", label=_("Note")),
        Fact(name="created_at", label=_("Created"), path="created_at", kind="moment", editable=False),
    )

    def base(self) -> Any:
        """Return orders with what a fact may show."""
        return with_related()

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_order(record, version, {name: value}, user)
        return with_related().get(pk=record.pk)


@require_safe
@login_required
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order with its lines and payments."""
    return _order_page(request, fetch_visible(with_related(), signed_in(request), pk=pk), PaymentForm())


def _order_page(request: HttpRequest, order: Order, payment_form: PaymentForm, status: int = 200) -> HttpResponse:
    user = signed_in(request)
    can_edit = Order.objects.editable_by(user).filter(pk=order.pk).exists()
    context = {
        "record": order,
        "page_title": order.number,
        "facts": OrderFieldView.lines(order, editable=can_edit),
        "panels": panels_for(user, "order", order.pk),
        "can_edit": can_edit,
        "payment_form": payment_form,
    }
    return render(request, "sales/order_detail.html", context, status=status)


class OrderFormView(RecordFormView):
    """Enters and changes orders with their lines."""

    model = Order
    form_class = OrderForm
    module = "sales"
    create_title = _("New order")
    list_url_name = "sales:order-list"
    template_name = "sales/order_form.html"

    def lines(self, form: OrderForm, record: Order | None) -> Any:
        """Return the formset of lines, bound when the form is."""
        initial = []
        if record is not None:
            initial = [{name: getattr(line, name) for name in LINE_FIELDS} for line in record.lines.all()]
        data = form.data if form.is_bound else None
        return OrderLineFormSet(data, initial=initial, prefix="lines", form_kwargs={"user": form.user})

    def context(self, form: OrderForm, record: Any) -> dict[str, Any]:
        """Add the lines."""
        return {"lines": self.lines(form, record)}

    def is_valid(self, form: OrderForm) -> bool:
        """Check the order and every line."""
        lines = self.lines(form, None)
        return bool(form.is_valid()) & bool(lines.is_valid())

    def create(self, form: OrderForm, user: User) -> Order:
        """Place the order."""
        return place_order(form.cleaned_data, self._cleaned_lines(form), user)

    def change(self, record: Order, version: int, form: OrderForm, user: User) -> None:
        """Change facts and lines."""
        change_order(record, version, changed_facts(form), user, self._cleaned_lines(form))

    def _cleaned_lines(self, form: OrderForm) -> list[dict[str, Any]]:
        lines = self.lines(form, None)
        lines.is_valid()
        return [line for line in lines.cleaned_data if line]


@require_POST
@login_required
def order_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an order."""
    user = signed_in(request)
    order = fetch_editable(Order.objects.all(), user, pk=pk)
    try:
        cancel_order(order, posted_version(request), user)
    except StaleVersionError:
        messages.error(request, gettext("Somebody else changed this order in the meantime; look at it again."))
    else:
        messages.success(request, gettext("%(number)s is cancelled and counts nowhere.") % {"number": order.number})
    return redirect(order)


@require_POST
@login_required
def order_pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a payment for an order."""
    user = signed_in(request)
    order = fetch_editable(with_related(), user, pk=pk)
    form = PaymentForm(request.POST)
    if not form.is_valid():
        return _order_page(request, order, form, status=422)
    try:
        record_payment(order, form.cleaned_data, user)
    except OrderCancelledError:
        messages.error(request, gettext("A cancelled order takes no payment."))
    else:
        messages.success(request, gettext("The payment for %(number)s was recorded.") % {"number": order.number})
    return redirect(order)


class OrderDeleteView(DeleteRecordView):
    """Moves an order to the trash."""

    model = Order
    list_url_name = "sales:order-list"
