"""Forms of the numbers and addresses of a customer: their shape; the services say what can be none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.choices import ContactKind, PlaceLabel
from customers.models import Address, ContactPoint


def name_nothing(form: forms.ModelForm[Any]) -> None:
    """Say in words that there is no label."""
    label: Any = form.fields["label"]
    label.choices = [("", _("None")), *PlaceLabel.choices]


class ContactPointForm(forms.ModelForm[ContactPoint]):
    """One number, mail address or id; its kind is chosen once."""

    class Meta:
        model = ContactPoint
        fields = ("kind", "value", "label", "is_primary")
        labels = {
            "kind": _("Kind"),
            "value": _("Number, address or id"),
            "label": _("Label"),
            "is_primary": _("Primary"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "contact-%s"})
        name_nothing(self)
        if self.instance.pk:
            del self.fields["kind"]
        else:
            self.fields["kind"] = forms.ChoiceField(
                label=_("Kind"), choices=ContactKind.choices, initial=ContactKind.PHONE
            )

    def validate_unique(self) -> None:
        """Leave doubles to the service, which compares normal forms."""

    def validate_constraints(self) -> None:
        """Leave the one primary to the service, which makes room for it."""


class AddressForm(forms.ModelForm[Address]):
    """One postal address."""

    class Meta:
        model = Address
        fields = ("street", "district", "city", "region", "postal_code", "country", "label", "is_primary")
        labels = {
            "street": _("Street"),
            "district": _("District"),
            "city": _("City"),
            "region": _("Province or state"),
            "postal_code": _("Postal code"),
            "country": _("Country"),
            "label": _("Label"),
            "is_primary": _("Primary"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": "address-%s"})
        name_nothing(self)

    def validate_constraints(self) -> None:
        """Leave the one primary to the service, which makes room for it."""


class PictureForm(forms.Form):
    """A picture of the customer, or none any more."""

    file = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
        help_text=_("PNG, JPEG, WebP or GIF; a small copy is drawn, without what the file says of place and camera."),
    )
    remove = forms.BooleanField(label=_("Show no picture"), required=False)

    def __init__(self, *args: Any, has_picture: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_picture:
            del self.fields["remove"]
            self.fields["file"].required = True

    def clean(self) -> dict[str, Any]:
        """Ask for a picture, unless there shall be none."""
        found = super().clean() or self.cleaned_data
        if not found.get("file") and not found.get("remove") and not self.errors:
            self.add_error("file", _("Choose a picture."))
        return found
