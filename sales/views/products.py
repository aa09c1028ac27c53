"""The product's page and its form."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm_site.pages.editing import RecordFormView, changed_facts
from crm_site.pages.facts import Fact, InlineFieldView
from crm_site.pages.history.deleting import DeleteRecordView
from crm_site.pages.panels import panels_for
from crm_site.pages.requests import signed_in
from crm_site.staff.fetching import fetch_visible
from crm_site.staff.models import User
from sales.choices import OrderStatus
from sales.forms import ProductForm
from sales.models import Order, OrderLine, Product
from sales.services import change_product, create_product


class ProductFieldView(InlineFieldView):
    """One fact of a product."""

    model = Product
    form_class = ProductForm
    url_name = "sales:product-field"
    facts = (
        Fact(name="sku", label=_("Product code")),
        Fact(name="name", label=_("Name")),
        Fact(name="category", label=_("Category")),
        Fact(name="unit_price", label=_("Unit price"), path="unit_price", kind="decimal"),
        Fact(name="currency", label=_("Currency")),
        Fact(name="is_active", label=_("Can be sold"), path="is_active", kind="yes_no"),
        Fact(name="description", label=_("Description")),
    )

    def save_field(self, record: Any, name: str, value: Any, *, version: int, user: User) -> Any:
        """Save one fact."""
        change_product(record, version, {name: value}, user)
        return Product.objects.get(pk=record.pk)


@require_safe
@login_required
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one product and what was sold of it, in orders the reader may see."""
    user = signed_in(request)
    product = fetch_visible(Product.objects.all(), user, pk=pk)
    seen = Order.objects.visible_to(user).exclude(status=OrderStatus.CANCELLED)
    sold = OrderLine.objects.filter(product=product, order__in=seen)
    can_edit = Product.objects.editable_by(user).filter(pk=pk).exists()
    context = {
        "record": product,
        "page_title": product.name,
        "facts": ProductFieldView.lines(product, editable=can_edit),
        "panels": panels_for(user, "product", product.pk),
        "can_edit": can_edit,
        "sold": sold.aggregate(lines=Count("id"), quantity=Sum("quantity"), amount=Sum("amount")),
        "latest": sold.select_related("order", "order__customer").order_by("-order_id", "position")[:10],
    }
    return render(request, "sales/product_detail.html", context)


class ProductFormView(RecordFormView):
    """Adds and changes products."""

    model = Product
    form_class = ProductForm
    module = "sales"
    create_title = _("New product")
    list_url_name = "sales:product-list"

    def create(self, form: ProductForm, user: User) -> Product:
        """Add the product."""
        return create_product(form.cleaned_data, user)

    def change(self, record: Product, version: int, form: ProductForm, user: User) -> None:
        """Change what differs from the stored record."""
        change_product(record, version, changed_facts(form), user)


class ProductDeleteView(DeleteRecordView):
    """Moves a product to the trash."""

    model = Product
    list_url_name = "sales:product-list"
