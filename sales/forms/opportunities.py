"""Forms of opportunities: their facts, their lines, and the people who decide."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField, RecordsField
from customers.choices import BuyingRole
from customers.models import Customer
from sales.choices import ForecastCategory
from sales.forms.orders import OrderLineForm, clean_currency
from sales.models import Competitor, Opportunity, Product, Stage
from sales.services.dealing import USUAL_DAYS

if TYPE_CHECKING:
    from crm_site.staff.models import User


class StageField(forms.ModelChoiceField[Stage]):
    """A stage in use, named with its pipeline where there are several."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Stage.objects.none(), label=_("Stage"), empty_label=None, **kwargs)

    def offer(self, current: int | None = None) -> None:
        """Offer the stages in use, and the one the deal stands in."""
        found = Stage.objects.filter(Q(is_active=True, pipeline__is_active=True) | Q(pk=current or 0))
        self.queryset = found.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position", "id")

    def label_from_instance(self, obj: Any) -> str:
        """Name the stage."""
        return f"{obj.pipeline.label}: {obj.label}"


class OpportunityForm(CustomFieldsForm, forms.ModelForm[Opportunity]):
    """Facts of an opportunity."""

    customer = RecordField(
        Customer.objects.none(),
        "customers",
        label=_("Customer"),
        required=False,
        empty_label=_("Not known yet"),
    )
    stage = StageField()
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=18, decimal_places=4, min_value=0, required=False, initial=0
    )
    probability = forms.DecimalField(
        label=_("Probability in %"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("Leave empty for what the stage says."),
    )
    category = forms.ChoiceField(
        label=_("Forecast category"), choices=[("", _("As the stage says")), *ForecastCategory.choices], required=False
    )
    product = RecordField(Product.objects.none(), "products", label=_("Product"), required=False, empty_label="")
    competitors = RecordsField(Competitor.objects.none(), "competitors", label=_("Competitors"), required=False)

    class Meta:
        model = Opportunity
        fields = (
            "name", "customer", "stage", "amount", "currency", "expected_close", "probability", "category", "product",
            "source", "competitors", "owner", "note",
        )  # fmt: skip
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "expected_close": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not self.instance.pk:
            self._begin()
        customer: Any = self.fields["customer"]
        visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
        customer.queryset = visible | Customer.objects.filter(pk=self.instance.customer_id or 0)
        for name, model in (("product", Product), ("competitors", Competitor)):
            field: Any = self.fields[name]
            field.queryset = model.objects.visible_to(user) if user else model.objects.all()
        stage: Any = self.fields["stage"]
        stage.offer(self.instance.stage_id)
        owners: Any = self.fields["owner"]
        owners.queryset = owners.queryset.filter(is_active=True)
        self.add_custom_fields(user)

    def _begin(self) -> None:
        """Fill in what a new deal usually has."""
        usual = {
            "currency": settings.BASE_CURRENCY,
            "expected_close": timezone.localdate() + dt.timedelta(days=USUAL_DAYS),
            "owner": self.user.pk if self.user else None,
        }
        self.initial.update({"probability": None, "category": "", "amount": None, **usual})

    def clean_currency(self) -> str:
        """Check the currency."""
        return clean_currency(self.cleaned_data["currency"])

    def clean_amount(self) -> Decimal:
        """Take an empty amount for nothing."""
        return self.cleaned_data["amount"] or Decimal(0)

    def clean_category(self) -> str | None:
        """Take an empty category for what the stage says."""
        return self.cleaned_data["category"] or None


class DealLineForm(OrderLineForm):
    """One product of a deal; a line that says nothing is left out."""

    discount = forms.DecimalField(
        label=_("Discount in %"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Take no discount for none."""
        cleaned = super().clean()
        if cleaned:
            cleaned["discount"] = cleaned.get("discount") or Decimal(0)
        return cleaned


DealLineFormSet = formset_factory(DealLineForm, extra=2, max_num=500, absolute_max=600, validate_max=True)


class ContactForm(forms.Form):
    """Somebody on the customer's side, and the part they play."""

    person = RecordField(Customer.objects.none(), "customers", label=_("Person"))
    role = forms.ChoiceField(label=_("Role"), choices=[("", "—"), *BuyingRole.choices], required=False)
    is_primary = forms.BooleanField(label=_("Main contact"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        person.queryset = Customer.objects.visible_to(user)
