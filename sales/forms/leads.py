"""Forms of leads: entering, converting and giving them up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.lib.days import organisation_today
from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField
from customers.choices import CustomerKind
from customers.models import Customer
from sales.choices import LIVE_LEADS, LeadStatus, ReasonKind
from sales.forms.closing import day_field
from sales.forms.opportunities import StageField
from sales.forms.orders import clean_currency
from sales.models import Lead, Product, Reason
from sales.services.dealing import USUAL_DAYS

if TYPE_CHECKING:
    from crm_site.staff.models import User


class LeadForm(CustomFieldsForm, forms.ModelForm[Lead]):
    """Facts of a lead. A new one may name who asks instead of choosing a customer: they are found, or made."""

    customer = RecordField(
        Customer.objects.none(),
        "customers",
        label=_("Customer"),
        required=False,
        empty_label=_("Somebody new"),
        help_text=_("Somebody new is found by mail address or phone number, or else made from what stands below."),
    )
    status = forms.ChoiceField(label=_("Status"), required=False)
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    company = forms.CharField(label=_("Company"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    product = RecordField(Product.objects.none(), "products", label=_("Product"), required=False, empty_label="")
    title = forms.CharField(label=_("About"), max_length=200, required=False)

    ASKS = ("name", "company", "email", "phone")

    class Meta:
        model = Lead
        fields = (
            "customer", "title", "message", "product", "source", "campaign", "region", "language", "status", "owner",
        )  # fmt: skip
        widgets = {"message": forms.Textarea(attrs={"rows": 3})}

    field_order = (
        "customer", "name", "company", "email", "phone", "title", "message", "product", "source", "campaign", "region",
        "language", "status", "owner",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        known = bool(self.instance.pk)
        if known:
            for name in self.ASKS:
                self.fields.pop(name, None)
        self._offer(user)
        if "status" in self.fields:
            status: Any = self.fields["status"]
            live = self.instance.is_live or not known
            offered = LIVE_LEADS if live else (LeadStatus(self.instance.status),)
            status.choices = [(one.value, one.label) for one in offered]
        if not known and "owner" in self.fields:
            self.initial.setdefault("owner", user.pk if user else None)
        self.add_custom_fields(user)

    def _offer(self, user: User | None) -> None:
        if "customer" in self.fields:
            field: Any = self.fields["customer"]
            visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
            field.queryset = visible | Customer.objects.filter(pk=self.instance.customer_id or 0)
            if self.instance.pk:
                field.required, field.help_text = True, ""
        if "product" in self.fields:
            product: Any = self.fields["product"]
            product.queryset = Product.objects.visible_to(user) if user else Product.objects.all()
        if "owner" in self.fields:
            owners: Any = self.fields["owner"]
            owners.queryset = owners.queryset.filter(is_active=True)

    def clean_status(self) -> str:
        """Take an empty status for a new one."""
        return self.cleaned_data["status"] or self.instance.status or LeadStatus.NEW

    def clean(self) -> dict[str, Any]:
        """Ask who it is, when nobody was chosen."""
        cleaned = super().clean() or self.cleaned_data
        asked = any(cleaned.get(name) for name in self.ASKS)
        if "name" in self.fields and not cleaned.get("customer") and not asked:
            self.add_error("customer", _("Choose a customer, or say who asks."))
        return cleaned


class DisqualifyForm(forms.Form):
    """Why a lead comes to nothing, and whether it is for good."""

    reason = forms.ModelChoiceField(Reason.objects.none(), label=_("Why?"))
    revive_on = day_field(
        label=_("Take up again on"), required=False, help_text=_("On this day it stands among the new ones again.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons: Any = self.fields["reason"]
        reasons.queryset = Reason.objects.active(ReasonKind.DISQUALIFIED)

    def clean_revive_on(self) -> dt.date | None:
        """Refuse a day that is past."""
        day: dt.date | None = self.cleaned_data["revive_on"]
        if day is not None and day <= organisation_today():
            raise forms.ValidationError(_("This day is past."))
        return day


class ConvertForm(forms.Form):
    """What a lead becomes: whose deal it is, and the deal's first facts; all of it filled in already."""

    name = forms.CharField(label=_("Name of the opportunity"), max_length=200)
    organisation = RecordField(
        Customer.objects.none(),
        "organisations",
        label=_("Organisation"),
        required=False,
        empty_label=_("None, or a new one"),
    )
    organisation_name = forms.CharField(
        label=_("New organisation"),
        max_length=200,
        required=False,
        help_text=_("One of this name is taken where there is one."),
    )
    stage = StageField()
    amount = forms.DecimalField(label=_("Amount"), max_digits=18, decimal_places=4, min_value=0, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    expected_close = day_field(label=_("Expected close"))
    next_step = forms.CharField(label=_("Next step"), max_length=200, required=False)
    next_day = day_field(label=_("On"), required=False)

    def __init__(self, *args: Any, lead: Lead, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead = lead
        organisations: Any = self.fields["organisation"]
        rows = Customer.objects.visible_to(user).filter(kind=CustomerKind.ORGANISATION)
        organisations.queryset = rows | Customer.objects.filter(pk=lead.customer.organisation_id or 0)
        stage: Any = self.fields["stage"]
        stage.offer()
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        self.initial = {
            "organisation": lead.customer.organisation_id,
            "name": lead.title,
            "stage": stage.queryset.filter(pipeline__is_default=True).values_list("pk", flat=True).first(),
            "currency": self.base_currency,
            "expected_close": timezone.localdate() + dt.timedelta(days=USUAL_DAYS),
            "next_day": tomorrow,
            **self.initial,
        }

    @property
    def base_currency(self) -> str:
        """The currency of the product, or the company's."""
        return self.lead.product.currency if self.lead.product else str(settings.BASE_CURRENCY)

    def clean_currency(self) -> str:
        """Check the currency."""
        return clean_currency(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a next step."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("next_step") and not cleaned.get("next_day"):
            self.add_error("next_day", _("Say when."))
        return cleaned

    @property
    def facts(self) -> dict[str, Any]:
        """Return the facts of the opportunity."""
        given = self.cleaned_data
        facts: dict[str, Any] = {name: given[name] for name in ("name", "stage", "currency", "expected_close")}
        if given.get("amount") is not None:
            facts["amount"] = given["amount"]
        if given.get("next_step"):
            facts["next_step"] = {"title": given["next_step"], "kind": "task", "day": given["next_day"], "clock": None}
        return facts
