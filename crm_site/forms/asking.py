"""A form as strangers fill it in: its fields as form fields, and what was typed as stored values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm_site.fields.models import CustomField
from crm_site.fields.values import stored
from crm_site.forms.choices import InputKind, Width
from crm_site.forms.models import Form, FormField
from crm_site.forms.targets import TargetField
from crm_site.lib.phones import to_e164
from crm_site.lib.text import clean_text
from crm_site.pages.fields.forms import form_field

MOST = 5000
"""Characters that any one answer has at most."""
EMPTY = ("", "—")
CONSENT = "consent__given"
AUTOCOMPLETE = {InputKind.EMAIL: "email", InputKind.PHONE: "tel"}


@dataclass(frozen=True)
class Question:
    """A field of a form together with what it asks for."""

    field: FormField
    asked: TargetField | CustomField

    @property
    def label(self) -> str:
        """What stands above the field, in the active language."""
        return self.field.label or str(self.asked.label)

    @property
    def kind(self) -> str:
        """The kind of the value."""
        return str(self.asked.kind)

    def control(self) -> forms.Field:
        """Return the form field."""
        made = form_field(self.asked) if isinstance(self.asked, CustomField) else _own_field(self.asked)
        own = isinstance(self.asked, TargetField) and self.asked.required
        made.label, made.help_text, made.required = self.label, self.field.help, self.field.required or own
        made.half = self.field.width == Width.HALF  # type: ignore[attr-defined]  # read by the page
        if isinstance(made.widget, forms.Textarea | forms.TextInput):
            purpose = self.asked.autocomplete if isinstance(self.asked, TargetField) else ""
            made.widget.attrs["autocomplete"] = purpose or AUTOCOMPLETE.get(InputKind(self.kind), "on")
        return made

    def read(self, value: Any) -> Any:
        """Return a checked value in the form in which it is stored; None for none. Raises ValidationError."""
        if isinstance(self.asked, CustomField):
            return stored(self.asked, value)
        if value is None or value == "":
            return None
        if self.kind == InputKind.YES_NO:
            return value in (True, "yes")
        if self.kind == InputKind.LONG_TEXT:
            return clean_text(str(value), multiline=True) or None
        if self.kind == InputKind.PHONE:
            return _phone(str(value))
        return clean_text(str(value)) or None


def questions_of(form: Form, fields: Sequence[FormField] | None = None) -> list[Question]:
    """Return the fields of a form that its target still has, hidden ones included, in their order."""
    target = form.kind
    if target is None:
        return []
    found = []
    for field in form.fields.order_by("position", "pk") if fields is None else fields:
        asked = target.field(field.name) or target.custom_field(field.name)
        if asked is not None:
            found.append(Question(field, asked))
    return found


class PublicForm(forms.Form):
    """The form on the page. Hidden fields are not on it: nobody can send another value than theirs."""

    def __init__(self, form: Form, questions: Sequence[Question], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="f", renderer=None)
        self.web_form = form
        self.questions = {one.field.name: one for one in questions}
        for name, question in self.questions.items():
            if not question.field.is_hidden:
                self.fields[name] = question.control()
        if form.asks_consent:
            self.fields[CONSENT] = forms.BooleanField(label=form.consent, required=form.consent_required)

    def clean(self) -> dict[str, Any]:
        """Turn what was typed into stored values."""
        for name, question in self.questions.items():
            if name in self.cleaned_data:
                try:
                    self.cleaned_data[name] = question.read(self.cleaned_data[name])
                except ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in, by the names of the fields, with what hidden fields stand for."""
        found = {name: self.cleaned_data.get(name) for name in self.questions}
        for name, question in self.questions.items():
            if question.field.is_hidden:
                found[name] = default_of(question)
        return {name: value for name, value in found.items() if value is not None}

    @property
    def has_consented(self) -> bool:
        """Tell whether the box was ticked; a form without one has no consent, whatever was sent."""
        return bool(self.web_form.asks_consent and self.cleaned_data.get(CONSENT))


def read_values(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored values from plain ones, as programs send them; raise ValidationError by field name.

    Names that are not on the form count for nothing, and the consent is another matter.
    """
    questions = questions_of(form)
    data = {f"f-{one.field.name}": _as_typed(given.get(one.field.name)) for one in questions}
    checked = PublicForm(form, questions, {**data, f"f-{CONSENT}": "on"})
    if not checked.is_valid():
        raise ValidationError({name: list(errors) for name, errors in checked.errors.items()})
    return checked.values


def default_of(question: Question) -> Any:
    """Return the value of a hidden field as it is stored; None when it has none, or one that cannot be."""
    try:
        return question.read(question.field.default_value)
    except ValidationError:
        return None


def email_of(form: Form, values: Mapping[str, Any]) -> str:
    """Return the first mail address that was filled in; empty for none."""
    names = [one.field.name for one in questions_of(form) if one.kind == InputKind.EMAIL]
    return next((str(values[name]) for name in names if values.get(name)), "")


def _as_typed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [str(one)[:MOST] for one in value[:100]]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None or isinstance(value, Mapping) else str(value)[: MOST + 1]


def _own_field(asked: TargetField) -> forms.Field:
    length = min(asked.max_length, MOST)
    if asked.kind == InputKind.LONG_TEXT:
        return forms.CharField(max_length=length, widget=forms.Textarea(attrs={"rows": 5}))
    if asked.kind == InputKind.EMAIL:
        return forms.EmailField(max_length=min(length, 254))
    if asked.kind == InputKind.PHONE:
        return forms.CharField(max_length=40, widget=forms.TextInput(attrs={"type": "tel"}))
    if asked.kind == InputKind.NUMBER:
        return forms.DecimalField(max_digits=20, decimal_places=6)
    if asked.kind == InputKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if asked.kind == InputKind.CHOICE:
        return forms.ChoiceField(choices=[EMPTY, *asked.options()])
    if asked.kind == InputKind.YES_NO:
        return forms.ChoiceField(choices=[EMPTY, ("yes", _("Yes")), ("no", _("No"))])
    return forms.CharField(max_length=length)


def _phone(text: str) -> str:
    found = to_e164(text, settings.DEFAULT_PHONE_REGION)
    if found is None:
        raise ValidationError(_("Enter a phone number, with its country code if it is abroad."))
    return found
