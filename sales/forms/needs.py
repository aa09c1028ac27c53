"""Forms of needs: their facts, how they end, the line that adds one, and what the voice of the customer asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField
from customers.models import Customer
from sales.models import Need, NeedCategory, Opportunity, Product

if TYPE_CHECKING:
    from crm_site.staff.models import User


class NeedForm(CustomFieldsForm, forms.ModelForm[Need]):
    """Facts of a need."""

    customer = RecordField(Customer.objects.none(), "customers", label=_("Customer"))
    product = RecordField(Product.objects.none(), "products", label=_("Product"), required=False, empty_label="")
    opportunity = RecordField(
        Opportunity.objects.none(),
        "opportunities",
        label=_("Opportunity"),
        required=False,
        empty_label="",
        help_text=_("The deal that came of it."),
    )

    class Meta:
        model = Need
        fields = ("customer", "title", "text", "category", "priority", "product", "opportunity", "owner")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        kinds: tuple[tuple[str, Any], ...] = (
            ("customer", Customer), ("product", Product), ("opportunity", Opportunity),
        )  # fmt: skip
        for name, model in kinds:
            field: Any = self.fields[name]
            visible = model.objects.visible_to(user) if user else model.objects.all()
            field.queryset = visible | model.objects.filter(pk=getattr(self.instance, f"{name}_id") or 0)
        category: Any = self.fields["category"]
        category.queryset = NeedCategory.objects.filter(Q(is_active=True) | Q(pk=self.instance.category_id or 0))
        owners: Any = self.fields["owner"]
        owners.queryset = owners.queryset.filter(is_active=True)
        if not self.instance.pk:
            self.initial.setdefault("owner", user.pk if user else None)
        self.add_custom_fields(user)


class QuickNeedForm(forms.Form):
    """A need in one line."""

    title = forms.CharField(label=_("What do they want?"), max_length=200)
    category = forms.ModelChoiceField(
        NeedCategory.objects.none(), label=_("Category"), required=False, empty_label=_("No category")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.queryset = NeedCategory.objects.active()


class AddressForm(forms.Form):
    """What addressed a need: a deal, or what stands in the note."""

    opportunity = RecordField(
        Opportunity.objects.none(), "opportunities", label=_("Opportunity"), required=False, empty_label=""
    )
    note = forms.CharField(
        label=_("How was it addressed?"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, need: Need, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deals: Any = self.fields["opportunity"]
        deals.queryset = Opportunity.objects.visible_to(user) | Opportunity.objects.filter(pk=need.opportunity_id or 0)
        self.initial = {"opportunity": need.opportunity_id, **self.initial}


class DeclineForm(forms.Form):
    """Why a need is declined."""

    reason = forms.CharField(label=_("Why is it declined?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class NeedCategoryForm(forms.ModelForm[NeedCategory]):
    """A category in both languages."""

    class Meta:
        model = NeedCategory
        fields = ("name", "name_zh", "position", "is_active")
