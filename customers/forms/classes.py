"""Forms of classifications and of their classes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.pages.rule_code import RuleCodeField
from customers.models import Classification, CustomerClass


class ClassificationForm(forms.ModelForm[Classification]):
    """The names of a classification; its code is chosen once."""

    class Meta:
        model = Classification
        fields = ("name", "name_zh", "code", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        else:
            del self.fields["is_active"]


class ClassForm(forms.ModelForm[CustomerClass]):
    """The names of a class; the builder beside the form brings the rule."""

    rule_code = RuleCodeField("customer", label=_("Rule"))

    class Meta:
        model = CustomerClass
        fields = ("name", "name_zh")

    # How the services call what the form calls otherwise.
    SAID: ClassVar[dict[str, str]] = {"rule": "rule_code"}

    def clean(self) -> dict[str, Any]:
        """Ask for a rule."""
        values = super().clean() or self.cleaned_data
        if not values.get("rule_code") and not self.errors.get("rule_code"):
            self.add_error("rule_code", _("Fill in the rule: it says who belongs to the class."))
        return values

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        return {
            "name": self.cleaned_data["name"],
            "name_zh": self.cleaned_data["name_zh"],
            "rule": self.cleaned_data["rule_code"],
        }

    def refuse(self, error: forms.ValidationError) -> None:
        """Put what a service found wrong beside its field."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(self.SAID.get(name, name), message)
