"""Forms of sales."""

from sales.forms.opportunities import DealLineFormSet, OpportunityForm
from sales.forms.orders import OrderForm, OrderLineFormSet, PaymentForm, ProductForm, clean_currency

__all__ = [
    "DealLineFormSet",
    "OpportunityForm",
    "OrderForm",
    "OrderLineFormSet",
    "PaymentForm",
    "ProductForm",
    "clean_currency",
]
