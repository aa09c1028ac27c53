"""Forms of products, orders and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.lib.money import is_currency
from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField
from customers.models import Customer
from sales.models import Order, Payment, Product

if TYPE_CHECKING:
    from crm_site.staff.models import User


def clean_currency(value: str) -> str:
    """Return an ISO currency in capitals; raise ValidationError for anything else."""
    code = value.strip().upper()
    if not is_currency(code):
        raise forms.ValidationError(_("This is not a currency, such as EUR or CNY."))
    return code


DATE_CONTROL: dict[str, Any] = {"type": "date", "aria-label": _("Date")}
TIME_CONTROL: dict[str, Any] = {"type": "time", "aria-label": _("Time")}


class ProductForm(CustomFieldsForm, forms.ModelForm[Product]):
    """Facts of a product."""

    class Meta:
        model = Product
        fields = ("sku", "name", "category", "unit_price", "currency", "is_active", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not self.instance.pk and "currency" in self.fields:
            self.initial.setdefault("currency", settings.BASE_CURRENCY)
        self.add_custom_fields(user)

    def clean_currency(self) -> str:
        """Check the currency."""
        return clean_currency(self.cleaned_data["currency"])


class OrderForm(CustomFieldsForm, forms.ModelForm[Order]):
    """Facts of an order; its lines stand in a formset beside it."""

    customer = RecordField(
        Customer.objects.none(),
        "customers",
        label=_("Customer"),
        required=False,
        empty_label=_("Walk-in sale"),
        help_text=_("Leave empty for a walk-in sale."),
    )
    ordered_at = forms.SplitDateTimeField(
        label=_("Date"),
        widget=forms.SplitDateTimeWidget(
            date_attrs=DATE_CONTROL,
            time_attrs=TIME_CONTROL,
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )

    class Meta:
        model = Order
        fields = ("kind", "customer", "ordered_at", "status", "currency", "exchange_rate", "channel", "note", "owner")
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not self.instance.pk:
            for name, value in (("currency", settings.BASE_CURRENCY), ("ordered_at", timezone.now())):
                if name in self.fields:
                    self.initial.setdefault(name, value)
        if "customer" in self.fields:
            field: Any = self.fields["customer"]
            visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
            field.queryset = visible | Customer.objects.filter(pk=self.instance.customer_id or 0)
        if "owner" in self.fields:
            owners: Any = self.fields["owner"]
            owners.queryset = owners.queryset.filter(is_active=True)
        self.add_custom_fields(user)

    def clean_currency(self) -> str:
        """Check the currency."""
        return clean_currency(self.cleaned_data["currency"])

    def clean_exchange_rate(self) -> Decimal:
        """Refuse a rate of nothing or less."""
        rate: Decimal = self.cleaned_data["exchange_rate"]
        if rate <= 0:
            raise forms.ValidationError(_("The rate must be greater than 0."))
        return rate


class OrderLineForm(forms.Form):
    """One position of an order; a line that says nothing is left out."""

    product = RecordField(Product.objects.none(), "products", label=_("Product"), required=False, empty_label="")
    description = forms.CharField(label=_("Description"), max_length=200, required=False)
    quantity = forms.DecimalField(label=_("Quantity"), max_digits=14, decimal_places=3, required=False)
    unit_price = forms.DecimalField(label=_("Unit price"), max_digits=14, decimal_places=4, required=False)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["product"]
        field.queryset = Product.objects.visible_to(user) if user else Product.objects.all()

    def clean(self) -> dict[str, Any]:
        """Fill quantity and price from the product; ask for what a line is."""
        cleaned: dict[str, Any] = super().clean() or {}
        product = cleaned.get("product")
        said = [name for name in ("product", "description", "unit_price") if cleaned.get(name)]
        if not said:
            return {}
        if cleaned.get("quantity") is None:
            cleaned["quantity"] = Decimal(1)
        if cleaned.get("unit_price") is None:
            cleaned["unit_price"] = product.unit_price if product else Decimal(0)
        if product is None and not cleaned.get("description"):
            self.add_error("description", _("Choose a product or describe the position."))
        return cleaned


OrderLineFormSet = formset_factory(OrderLineForm, extra=3, max_num=500, absolute_max=600, validate_max=True)


class PaymentForm(forms.ModelForm[Payment]):
    """Money received for an order."""

    class Meta:
        model = Payment
        fields = ("amount", "paid_at", "method", "reference")
        widgets = {"paid_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")}

    def clean_amount(self) -> Decimal:
        """Refuse a payment of nothing."""
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("The amount cannot be 0; a refund is negative."))
        return amount
