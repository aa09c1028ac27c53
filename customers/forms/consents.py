"""Forms of the consent ledger and of bans on contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.choices import Channel, ConsentSource, ConsentState, LawfulBasis, Purpose
from customers.models import ConsentWording, ContactPoint, Customer
from customers.querysets import POINTS, WITHOUT_CONSENT

PURPOSES = [(one.value, one.label) for one in Purpose if one not in WITHOUT_CONSENT]


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ConsentForm(forms.Form):
    """One line of the ledger."""

    state = forms.ChoiceField(label=_("What the customer said"), choices=ConsentState.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=PURPOSES)
    point = forms.ModelChoiceField(
        ContactPoint.objects.none(),
        label=_("Only for the address"),
        required=False,
        empty_label=_("All of the channel"),
    )
    source = forms.ChoiceField(label=_("Said where"), choices=ConsentSource.choices, initial=ConsentSource.PHONE)
    at = forms.DateTimeField(label=_("Said when"), required=False, widget=_moment(), help_text=_("Now, if left empty."))
    expires_at = forms.DateTimeField(label=_("Valid until"), required=False, widget=_moment())
    basis = forms.ChoiceField(
        label=_("Lawful basis"), choices=LawfulBasis.choices, initial=LawfulBasis.CONSENT, required=False
    )
    wording = forms.ModelChoiceField(
        ConsentWording.objects.all(), label=_("Wording shown"), required=False, empty_label=_("None")
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For example the number of the form, or what was said."),
    )
    file = forms.FileField(label=_("File as evidence"), required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        point: Any = self.fields["point"]
        point.queryset = ContactPoint.objects.filter(customer=customer, kind__in=set(POINTS.values()))

    def clean(self) -> dict[str, Any]:
        """Refuse an address that the channel does not write to."""
        found = super().clean() or self.cleaned_data
        point, channel = found.get("point"), found.get("channel")
        if point is not None and channel and POINTS.get(Channel(channel)) != point.kind:
            self.add_error("point", _("The channel does not lead to this address."))
        return found

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed, as columns of an entry."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in ("point", "file")}
        point = self.cleaned_data["point"]
        return {**found, "address": point.normal if point else "", "basis": found["basis"] or LawfulBasis.CONSENT}


class BanForm(forms.Form):
    """A ban on contact."""

    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("All channels")), *Channel.choices], required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    until = forms.DateTimeField(
        label=_("Until"), required=False, widget=_moment(), help_text=_("For good, if left empty.")
    )
