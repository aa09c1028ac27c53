"""What happens to web forms."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm_site.events.base import Event
from crm_site.events.verbs import Eraser, register_verb


@dataclass(frozen=True, kw_only=True)
class FormChanged(Event):
    """Somebody made a form, changed it, or took it on or off the web."""

    verb = "forms.changed"
    form_id: int


@dataclass(frozen=True, kw_only=True)
class FormSubmitted(Event):
    """Somebody filled a form in, and nothing has to be confirmed."""

    verb = "forms.submitted"
    submission_id: int


@dataclass(frozen=True, kw_only=True)
class SubmissionConfirmed(Event):
    """Whoever filled a form in has confirmed the mail address, or a person has said that it is no spam."""

    verb = "forms.confirmed"
    submission_id: int


register_verb("forms.changed", _("A web form was changed"), "forms", Eraser.KEEP, system=True)
register_verb("forms.submitted", _("A web form was filled in"), "forms", Eraser.ANONYMISE)
register_verb("forms.confirmed", _("A submission was confirmed"), "mail-check", Eraser.ANONYMISE)
