"""Forms of the forecast."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sales.services.forecasting import ADJUSTABLE


class AdjustmentForm(forms.Form):
    """What a figure of the forecast will be, and why."""

    level = forms.ChoiceField(label=_("Figure"), choices=[(one.value, one.label) for one in ADJUSTABLE])
    amount = forms.DecimalField(
        label=_("It will be"),
        min_value=0,
        max_digits=18,
        decimal_places=4,
        required=False,
        help_text=_("In the base currency, with what is won. Leave empty to take the adjustment back."),
    )
    note = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
