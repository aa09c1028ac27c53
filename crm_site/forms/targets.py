"""What forms can be made for: apps say what can be asked, and take what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crm_site.fields.definitions import fields_of
from crm_site.forms.choices import InputKind

if TYPE_CHECKING:
    from django.db.models import Model
    from django_stubs_ext import StrOrPromise

    from crm_site.fields.models import CustomField

Choice = tuple[str, "StrOrPromise"]
CUSTOM = "custom_"


@dataclass(frozen=True, kw_only=True)
class TargetField:
    """One thing a form can ask for. A `required` one must stand on every form of the target.

    `autocomplete` is what browsers know the field as (`name`, `organization`), so that they can fill it in.
    """

    name: str
    label: StrOrPromise
    kind: InputKind = InputKind.TEXT
    required: bool = False
    choices: Sequence[Choice] | Callable[[], Sequence[Choice]] = ()
    max_length: int = 200
    autocomplete: str = ""

    def options(self) -> list[Choice]:
        """Return the choices in the active language."""
        return list(self.choices() if callable(self.choices) else self.choices)


@dataclass(frozen=True)
class GivenConsent:
    """A consent as it was given: the words that were shown, by their version, and when."""

    channel: str
    purpose: str
    wording: str
    version: int
    language: str
    given_at: dt.datetime
    confirmed_at: dt.datetime | None


@dataclass(frozen=True)
class Received:
    """A submission as its target gets it.

    `values` are by the target's own names, `custom` are stored values by the names of custom fields; `origin` has
    `utm_source`, `utm_medium`, `utm_campaign`, `utm_term`, `utm_content`, `referrer` and `page`, empty where unknown.
    `submission_id` is the same however often it is handed over.
    """

    submission_id: int
    form_id: int
    form_name: str
    received_at: dt.datetime
    language: str
    values: Mapping[str, Any]
    custom: Mapping[str, Any]
    origin: Mapping[str, str]
    consent: GivenConsent | None


@dataclass(frozen=True, kw_only=True)
class FormTarget:
    """What becomes of a form: `receive` writes it down and returns the record, or None when nothing is to be made.

    It runs in a transaction of its own after the submission was stored, and once: what it raises is kept with the
    submission, for people to look at. `subject_kind` is the registered kind of the records it returns, `host` the
    kind whose custom fields can be asked for. Without `channels` and `purposes` the forms ask for no consent.
    A new form has the required fields and those it `begins_with`.
    """

    code: str
    label: StrOrPromise
    module: str
    fields: Sequence[TargetField]
    receive: Callable[[Received], Model | None]
    subject_kind: str = ""
    host: str = ""
    channels: Sequence[Choice] = ()
    purposes: Sequence[Choice] = ()
    begins_with: Sequence[str] = ()

    def field(self, name: str) -> TargetField | None:
        """Return the field of that name, if the target has it."""
        return next((one for one in self.fields if one.name == name), None)

    def custom_field(self, name: str) -> CustomField | None:
        """Return the custom field that forms call by that name, while it is in use."""
        return next((one for one in self.custom_fields() if one.key == name), None)

    def custom_fields(self) -> list[CustomField]:
        """Return the custom fields that can be asked for."""
        return fields_of(self.host) if self.host else []

    def offered(self) -> list[Choice]:
        """Return everything that can be asked for, as (name, label)."""
        own: list[Choice] = [(one.name, one.label) for one in self.fields]
        return own + [(one.key, one.label) for one in self.custom_fields()]

    def label_of(self, name: str) -> str:
        """Return what a field is called; its name when it is gone."""
        return str(dict(self.offered()).get(name, name))


_targets: dict[str, FormTarget] = {}


def register_target(target: FormTarget) -> FormTarget:
    """Let forms be made for a target; raise ValueError when another one has its code."""
    if _targets.setdefault(target.code, target) is not target:
        raise ValueError(f"the form target {target.code!r} is registered already")
    return target


def forget_target(code: str) -> None:
    """Take a target away again, as an app that goes does; its forms stay, and answer nobody."""
    _targets.pop(code, None)


def targets() -> list[FormTarget]:
    """Return the targets in the order of their registration."""
    return list(_targets.values())


def find_target(code: str) -> FormTarget | None:
    """Return the target of that code, None when its app is gone."""
    return _targets.get(code)


def target_choices() -> list[Choice]:
    """Return the targets as (code, label)."""
    return [(one.code, one.label) for one in _targets.values()]
