"""Forms of how leads are scored and handled."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.pages.rule_code import RuleCodeField
from sales.models import LeadPolicy, ScoreRule


class ScoreRuleForm(forms.ModelForm[ScoreRule]):
    """Points and how they fade; the builder beside the form brings the condition."""

    rule_code = RuleCodeField("lead", label=_("Condition"))

    class Meta:
        model = ScoreRule
        fields = ("name", "points", "half_life_days", "fades_from", "is_active")

    # How the services call what the form calls otherwise.
    SAID: ClassVar[dict[str, str]] = {"condition": "rule_code"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            del self.fields["is_active"]

    def clean(self) -> dict[str, Any]:
        """Ask for a condition."""
        values = super().clean() or self.cleaned_data
        if not values.get("rule_code") and not self.errors.get("rule_code"):
            self.add_error("rule_code", _("Fill in the condition: it says which leads get the points."))
        return values

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        given = {name: self.cleaned_data[name] for name in self.fields if name != "rule_code"}
        return {**given, "condition": self.cleaned_data["rule_code"]}

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what a service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(self.SAID.get(name, name), message)


class LeadPolicyForm(forms.ModelForm[LeadPolicy]):
    """Deadlines, grades and the limits of the pool."""

    class Meta:
        model = LeadPolicy
        fields = (
            "response_minutes", "hot_from", "warm_from", "daily_claims", "holdings", "hot_days", "warm_days",
            "cold_days",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Hold the grades in their order."""
        values = super().clean() or self.cleaned_data
        hot, warm = values.get("hot_from"), values.get("warm_from")
        if hot is not None and warm is not None and hot < warm:
            self.add_error("hot_from", _("Hot must begin above warm."))
        return values
