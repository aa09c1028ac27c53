"""The forms of the builder: a web form's settings, and a line for each of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm_site.forms.choices import Width
from crm_site.forms.hosts import read_hosts
from crm_site.forms.models import Form, FormField
from crm_site.forms.querysets import open_targets
from crm_site.forms.targets import FormTarget, target_choices
from crm_site.staff.models import User

MOST_ROWS = 60
TEXTS = (
    "title_en", "title_zh", "intro_en", "intro_zh", "button_en", "button_zh", "thanks_en", "thanks_zh",
)  # fmt: skip
CONSENT = ("consent_en", "consent_zh", "consent_channel", "consent_purpose", "consent_required")
GUARDS = ("redirect_url", "hosts", "double_opt_in", "min_seconds")


class NewFormForm(forms.Form):
    """What has to be known before a form can be built."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("As you call it; strangers don't see it."))
    target = forms.ChoiceField(label=_("What becomes of it"))

    def __init__(self, data: Any, user: User) -> None:
        super().__init__(data)
        mine = open_targets(user)
        choices: Any = [(code, label) for code, label in target_choices() if code in mine]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class SettingsForm(forms.ModelForm[Form]):
    """Everything about a form but its fields."""

    hosts = forms.CharField(
        label=_("Web sites"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "www.example.com"}),
        help_text=_("A line for each: they may embed the form, and it may lead back to them."),
    )

    redirect_url = forms.URLField(
        label=_("Page afterwards"),
        required=False,
        assume_scheme="https",
        help_text=_("Instead of thanks; on one of your sites."),
    )

    class Meta:
        model = Form
        fields = ("name", *TEXTS, *CONSENT, "double_opt_in", "min_seconds")

    def __init__(self, data: Any, form: Form, target: FormTarget) -> None:
        super().__init__(data, instance=form)
        self.initial["hosts"] = "\n".join(form.hosts)
        self.initial["redirect_url"] = form.redirect_url
        for name, choices in (("consent_channel", target.channels), ("consent_purpose", target.purposes)):
            label = self.fields[name].label
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", "—"), *choices])
        if not target.channels:
            for name in CONSENT:
                del self.fields[name]
        for name in ("intro_en", "intro_zh", "thanks_en", "thanks_zh", "consent_en", "consent_zh"):
            if name in self.fields:
                self.fields[name].widget.attrs["rows"] = 3

    def clean_hosts(self) -> list[str]:
        """Return the hosts that the lines name."""
        return read_hosts(self.cleaned_data["hosts"])

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the texts, each in English and in Chinese beside it."""
        return [(self[one], self[one.replace("_en", "_zh")]) for one in TEXTS if one.endswith("_en")]

    def consents(self) -> list[forms.BoundField]:
        """Return what the form says about consent."""
        return [self[one] for one in CONSENT if one in self.fields]

    def guards(self) -> list[forms.BoundField]:
        """Return where the form may stand and what it asks of strangers."""
        return [self[one] for one in GUARDS]


class RowForm(forms.Form):
    """One field of the form, as a line of the builder."""

    name = forms.CharField(max_length=60, widget=forms.HiddenInput)
    label_en = forms.CharField(label=_("Label in English"), max_length=120, required=False)
    label_zh = forms.CharField(label=_("Label in Chinese"), max_length=120, required=False)
    help_en = forms.CharField(label=_("Help in English"), max_length=200, required=False)
    help_zh = forms.CharField(label=_("Help in Chinese"), max_length=200, required=False)
    width = forms.ChoiceField(label=_("Width"), choices=Width.choices, initial=Width.FULL)
    required = forms.BooleanField(label=_("Required"), required=False)
    is_hidden = forms.BooleanField(label=_("Hidden, always with this value:"), required=False)
    default_value = forms.CharField(label=_("Value"), max_length=200, required=False)

    def __init__(self, key: int, target: FormTarget, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, prefix=f"r{key}", initial=initial)
        self.key = key
        self.target = target
        asked = target.field(self.field_name)
        if asked is not None and asked.required:
            self.fields["required"].disabled = True
            self.initial["required"] = True
            del self.fields["is_hidden"], self.fields["default_value"]

    @property
    def field_name(self) -> str:
        """The name of the field the line is about."""
        return str(self["name"].value() or "")

    @property
    def title(self) -> str:
        """What the target calls the field."""
        return self.target.label_of(self.field_name)

    def draft(self, form: Form, position: int) -> FormField:
        """Return the field as it is typed, checked or not, for the preview."""
        facts = {name: self[name].value() for name in self.fields}
        words = {name: str(value or "") for name, value in facts.items() if name not in ("required", "is_hidden")}
        flags = {name: bool(facts.get(name)) for name in ("required", "is_hidden")}
        return FormField(form=form, position=position, **words, **flags)


def rows_posted(target: FormTarget, data: QueryDict) -> list[RowForm]:
    """Return the lines in the order in which they were sent."""
    keys = [int(key) for key in data.getlist("row")[:MOST_ROWS] if key.isascii() and key.isdigit() and len(key) < 6]
    return [RowForm(key, target, data) for key in dict.fromkeys(keys)]


def rows_stored(target: FormTarget, form: Form) -> list[RowForm]:
    """Return the lines of what is stored."""
    stored = form.fields.order_by("position", "pk")
    names = RowForm.base_fields
    return [RowForm(at, target, initial={name: getattr(one, name) for name in names}) for at, one in enumerate(stored)]


def rows_after(action: str, rows: Sequence[RowForm], target: FormTarget, added: str) -> list[RowForm]:
    """Return the lines after a button was pressed: `up-3`, `down-3`, `remove-3`, or `add`."""
    found = list(rows)
    if action == "add":
        used = {one.field_name for one in found}
        if added in dict(target.offered()) and added not in used and len(found) < MOST_ROWS:
            found.append(RowForm(max((one.key for one in found), default=-1) + 1, target, initial={"name": added}))
        return found
    verb, _dash, key = action.partition("-")
    at = next((place for place, one in enumerate(found) if str(one.key) == key), None)
    if at is None:
        return found
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if verb == "remove":
        del found[at]
    elif 0 <= to < len(found):
        found[at], found[to] = found[to], found[at]
    return found
