"""Custom fields in the forms of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from crm_site.fields.choices import FieldKind
from crm_site.fields.definitions import fields_of, is_required
from crm_site.fields.values import DIGITS, MAX_TEXT, PLACES, python_value, stored

if TYPE_CHECKING:
    from crm_site.fields.models import CustomField
    from crm_site.staff.models import User

EMPTY = [("", "—")]


class CustomFieldsForm(forms.BaseModelForm):  # type: ignore[type-arg]  # mixed into forms of any record
    """Mixed into the ModelForm of records with custom fields.

    The form calls `add_custom_fields` at the end of its `__init__`. What was typed comes out as one value,
    `cleaned_data["custom"]`: stored values by field name, None for emptied fields; of an existing record only those
    that changed.
    """

    def add_custom_fields(self, user: User | None) -> None:
        """Add a form field for every custom field in use."""
        self.custom_fields = {field.key: field for field in fields_of(self._meta.model.custom_host)}
        heading = ""
        for key, field in self.custom_fields.items():
            made = form_field(field, self.instance.custom.get(field.name))
            made.required = is_required(field, user)
            if field.group != heading:
                heading = made.heading = field.group  # type: ignore[attr-defined]  # read by the form's template
            self.fields[key] = made
            if field.name in self.instance.custom:
                self.initial.setdefault(key, initial_value(field, self.instance.custom[field.name]))

    def clean(self) -> dict[str, Any]:
        """Gather the custom fields into one value."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        found: dict[str, Any] = {}
        for key, field in self.custom_fields.items():
            if key not in self.fields or key not in cleaned:
                continue
            try:
                found[field.name] = stored(field, cleaned.pop(key))
            except forms.ValidationError as error:
                self.add_error(key, error)
        before = self.instance.custom if self.instance.pk else {}
        changed = {name: value for name, value in found.items() if value != before.get(name)}
        if changed:
            cleaned["custom"] = changed
        return cleaned


def form_field(field: CustomField, current: Any = None) -> forms.Field:
    """Return the form field of a custom field; a choice that is no longer offered stays while it is `current`."""
    facts: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": False}
    if field.kind == FieldKind.NUMBER:
        return forms.DecimalField(max_digits=DIGITS, decimal_places=PLACES, **facts)
    if field.kind == FieldKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **facts)
    if field.kind == FieldKind.YES_NO:
        return forms.ChoiceField(choices=[*EMPTY, ("yes", _("Yes")), ("no", _("No"))], **facts)
    if field.kind == FieldKind.CHOICE:
        return forms.ChoiceField(choices=[*EMPTY, *_offered(field, current)], **facts)
    if field.kind == FieldKind.CHOICES:
        return forms.MultipleChoiceField(choices=_offered(field, current), **facts)
    return forms.CharField(max_length=MAX_TEXT, **facts)


def initial_value(field: CustomField, value: Any) -> Any:
    """Return a stored value as the form field shows it."""
    if field.kind == FieldKind.YES_NO:
        return "yes" if value else "no"
    return python_value(field, value)


def _offered(field: CustomField, current: Any) -> list[tuple[str, str]]:
    kept = set(current) if isinstance(current, list) else {current}
    offered = dict(field.options())
    return [(code, words) for code, words in field.options(all_ever=True) if code in offered or code in kept]
