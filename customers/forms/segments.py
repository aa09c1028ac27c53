"""Forms of segments and of decided stages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.lib.days import organisation_today
from crm_site.pages.rule_code import RuleCodeField
from customers.choices import SegmentKind, Stage
from customers.models import Segment, StageOverride

if TYPE_CHECKING:
    from crm_site.staff.models import User


class SegmentForm(forms.ModelForm[Segment]):
    """Facts of a segment; the builder beside the form brings the rule."""

    rule_code = RuleCodeField("customer")

    class Meta:
        model = Segment
        fields = ("name", "kind", "description")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if self.instance.pk:
            # Who is in it would change its meaning: make another segment instead.
            self.fields.pop("kind", None)

    def clean(self) -> dict[str, Any]:
        """Ask for a rule where a rule decides."""
        values = super().clean() or self.cleaned_data
        kind = values.get("kind") or self.instance.kind
        if kind == SegmentKind.DYNAMIC and not values.get("rule_code") and not self.errors.get("rule_code"):
            self.add_error(None, _("Fill in the rule: it says who belongs to the segment."))
        return values

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        values = {name: self.cleaned_data[name] for name in self.fields if name != "rule_code"}
        return values | {"rule": self.cleaned_data["rule_code"]}


class StageForm(forms.ModelForm[StageOverride]):
    """Where somebody places a customer, why, and until when."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    class Meta:
        model = StageOverride
        fields = ("stage", "reason", "until")
        widgets = {"until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def clean_until(self) -> dt.date | None:
        """Refuse a day that is over."""
        until: dt.date | None = self.cleaned_data["until"]
        if until is not None and until < organisation_today():
            raise forms.ValidationError(_("This day is over."))
        return until
