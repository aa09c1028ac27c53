"""Forms of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from crm_site.lib.phones import to_e164
from crm_site.pages.fields.forms import CustomFieldsForm
from crm_site.pages.picking import RecordField
from customers.choices import CustomerKind
from customers.models import Customer, Tag
from customers.services.contacts import ADDRESS_PARTS
from customers.services.editing import CONTACTS
from customers.services.organising import check_parent

if TYPE_CHECKING:
    from crm_site.staff.models import User


class CustomerForm(CustomFieldsForm, forms.ModelForm[Customer]):
    """Facts of a customer with its primary contact points."""

    organisation = RecordField(
        Customer.objects.none(), "organisations", label=_("Organisation"), required=False, empty_label=_("None")
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=60)
    wechat = forms.CharField(label=_("WeChat"), required=False, max_length=100)
    street = forms.CharField(label=_("Street"), required=False, max_length=200)
    district = forms.CharField(label=_("District"), required=False, max_length=100)
    city = forms.CharField(label=_("City"), required=False, max_length=100)
    region = forms.CharField(label=_("Province or state"), required=False, max_length=100)
    postal_code = forms.CharField(label=_("Postal code"), required=False, max_length=20)

    class Meta:
        model = Customer
        fields = (
            "kind", "name", "organisation", "job_title", "role", "email", "phone", "wechat", "street", "district",
            "city", "region", "postal_code", "country", "stage", "owner", "tags", "reference", "identifier", "gender",
            "birth_date", "industry", "website", "source", "language", "time_zone",
        )  # fmt: skip
        widgets = {"birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if self.instance.pk:
            prefetch_related_objects([self.instance], "contact_points", "addresses")
            for name in CONTACTS:
                self.initial.setdefault(name, getattr(self.instance, name))
            for name in ADDRESS_PARTS:
                self.initial.setdefault(name, getattr(self.instance.primary_address, name, ""))
        if "organisation" in self.fields:
            self._choose_organisation(user)
        if "owner" in self.fields:
            owners: Any = self.fields["owner"]
            owners.queryset = owners.queryset.filter(is_active=True)
            owners.empty_label = _("Nobody")
        if "tags" in self.fields:
            tags: Any = self.fields["tags"]
            tags.queryset = Tag.objects.all()
        self.add_custom_fields(user)

    def _choose_organisation(self, user: User | None) -> None:
        """Offer the organisations the user may see; one that is set already stays choosable."""
        field: Any = self.fields["organisation"]
        visible = Customer.objects.visible_to(user) if user else Customer.objects.all()
        choices = visible.filter(kind=CustomerKind.ORGANISATION)
        if self.instance.organisation_id:
            choices = choices | Customer.objects.filter(pk=self.instance.organisation_id)
        field.queryset = choices.exclude(pk=self.instance.pk)

    def clean_organisation(self) -> Customer | None:
        """Refuse an organisation that stands below the customer itself."""
        organisation: Customer | None = self.cleaned_data["organisation"]
        if self.instance.pk:
            try:
                check_parent(self.instance, organisation)
            except forms.ValidationError as error:
                raise forms.ValidationError(error.message_dict["organisation"]) from error
        return organisation

    def clean_phone(self) -> str:
        """Refuse what cannot be a phone number."""
        phone = str(self.cleaned_data["phone"]).strip()
        if phone and to_e164(phone, settings.DEFAULT_PHONE_REGION) is None:
            raise forms.ValidationError(_("This is not a phone number."))
        return phone

    def clean_identifier(self) -> str:
        """Write registration numbers as they are compared; the model checks what is meant as a credit code."""
        return str(self.cleaned_data["identifier"]).strip().upper()
