"""Forms that set up how is sold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from sales.forms.orders import clean_currency
from sales.models import Competitor, ExchangeRate, Pipeline, Reason, Stage
from sales.services.requiring import requirable_fields


class PipelineForm(forms.ModelForm[Pipeline]):
    """The names of a pipeline, and whether new deals go there."""

    class Meta:
        model = Pipeline
        fields = ("name", "name_zh", "is_default", "is_active")


class StageForm(forms.ModelForm[Stage]):
    """A stage: its names, what it says of deals, and what it asks for."""

    required = forms.MultipleChoiceField(
        label=_("Must be filled in before a deal enters"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Stage
        fields = ("name", "name_zh", "probability", "rot_days", "category", "required", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["required"]
        offered.choices = requirable_fields()
        if not self.instance.pk:
            del self.fields["is_active"]


class RetireForm(forms.Form):
    """Where the open deals of a stage go that is put out of use."""

    to = forms.ModelChoiceField(
        Stage.objects.none(), label=_("Move its open deals to"), required=False,
        empty_label=_("Leave them until somebody moves them"),
    )  # fmt: skip

    def __init__(self, *args: Any, stage: Stage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["to"]
        others.queryset = Stage.objects.active().filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk)


class ReasonForm(forms.ModelForm[Reason]):
    """A reason in both languages."""

    class Meta:
        model = Reason
        fields = ("kind", "name", "name_zh", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["kind"]


class CompetitorForm(forms.ModelForm[Competitor]):
    """A competitor."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Competitor
        fields = ("name", "website", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class RateForm(forms.ModelForm[ExchangeRate]):
    """What a currency is worth from a day on."""

    class Meta:
        model = ExchangeRate
        fields = ("currency", "day", "rate")
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_currency(self) -> str:
        """Check the currency; the base currency is worth what it is."""
        code = clean_currency(self.cleaned_data["currency"])
        if code == settings.BASE_CURRENCY:
            raise forms.ValidationError(_("This is the base currency: its rate is always 1."))
        return code
