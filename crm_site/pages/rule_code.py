"""The form field that takes a rule from the builder beside a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_site.rules import RuleError, decode_rule


class RuleCodeField(forms.CharField):
    """A rule about a subject as the builder hands it over; cleans to its stored form."""

    widget = forms.HiddenInput

    def __init__(self, subject: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=4000, **kwargs)
        self.subject = subject

    def clean(self, value: Any) -> Any:
        """Return the stored form, or None when there is no whole rule."""
        code = super().clean(value)
        if not code:
            return None
        try:
            return decode_rule(self.subject, code).to_json()
        except RuleError as error:
            raise forms.ValidationError(_("This rule cannot be read: build it again.")) from error
