"""Taking in what was filled in: stored first, with the event that hands it over, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from crm_site.events.publishing import publish
from crm_site.forms.arriving import origin_kept
from crm_site.forms.asking import email_of
from crm_site.forms.choices import Reason, SubmissionState, Via
from crm_site.forms.confirming import ask_to_confirm
from crm_site.forms.events import FormSubmitted
from crm_site.forms.models import Form, FormWording, Submission
from crm_site.forms.targets import CUSTOM, GivenConsent, Received


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What has come in, checked: `key` is what a repeat of it has too, `wording` the consent that was ticked."""

    form: Form
    key: str
    via: Via
    values: Mapping[str, Any]
    language: str
    origin: Mapping[str, str] = field(default_factory=dict)
    ip_hash: str = ""
    wording: FormWording | None = None
    state: SubmissionState = SubmissionState.RECEIVED
    reason: Reason | None = None
    note: str = ""


def take_in(arrival: Arrival) -> tuple[Submission, bool]:
    """Store what came in and return it, and whether it is new: a repeat changes nothing and gets the first one.

    A form with double opt-in waits for the mail address to be confirmed; anything else that is neither spam nor
    refused is handed over after the commit.
    """
    try:
        with transaction.atomic():
            submission = _store(arrival)
            if submission.state == SubmissionState.RECEIVED:
                _go_on(submission)
    except IntegrityError:
        # Two at once: whoever comes second waits for the first in the index, and then finds it.
        return Submission.objects.get(form=arrival.form, key=arrival.key), False
    return submission, True


def _store(arrival: Arrival) -> Submission:
    wording, text = arrival.wording, ""
    if wording is not None:
        with translation.override(arrival.language):
            text = wording.text
    return Submission.objects.create(
        form=arrival.form,
        key=arrival.key,
        via=arrival.via,
        received_at=timezone.now(),
        state=arrival.state,
        reason=arrival.reason or "",
        note=arrival.note,
        values=dict(arrival.values),
        language=arrival.language,
        ip_hash=arrival.ip_hash,
        wording=wording,
        consent_text=text,
        **origin_kept(arrival.origin),
    )


def _go_on(submission: Submission) -> None:
    """Ask for the confirmation where the form wants one, or let the target have it."""
    email = email_of(submission.form, submission.values) if submission.form.double_opt_in else ""
    if not submission.form.double_opt_in:
        publish(FormSubmitted(submission_id=submission.pk))
    elif email:
        ask_to_confirm(submission, email)
    else:
        submission.state, submission.reason = SubmissionState.REFUSED, Reason.NO_ADDRESS
        submission.save(update_fields=["state", "reason"])


def accept(submission: Submission) -> bool:
    """Go on with what was taken for spam as if it had just come in, and tell whether it still was spam."""
    with transaction.atomic():
        rows = Submission.objects.filter(pk=submission.pk, state=SubmissionState.SPAM)
        if not rows.update(state=SubmissionState.RECEIVED, reason=""):
            return False
        submission.refresh_from_db()
        _go_on(submission)
    return True


def dismiss(submission: Submission) -> bool:
    """Take for spam what the target has not had yet, and tell whether that was so."""
    rows = Submission.objects.owed().filter(pk=submission.pk)
    return bool(rows.update(state=SubmissionState.SPAM, reason=Reason.BY_HAND, error=""))


def received_of(submission: Submission) -> Received:
    """Return a submission as its target gets it: by the target's names, custom fields apart."""
    values = submission.values
    return Received(
        submission_id=submission.pk,
        form_id=submission.form_id,
        form_name=submission.form.name,
        received_at=submission.received_at,
        language=submission.language,
        values={name: value for name, value in values.items() if not name.startswith(CUSTOM)},
        custom={name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM)},
        origin=submission.origin,
        consent=_consent_of(submission),
    )


def _consent_of(submission: Submission) -> GivenConsent | None:
    wording = submission.wording
    if wording is None:
        return None
    return GivenConsent(
        channel=wording.channel,
        purpose=wording.purpose,
        wording=submission.consent_text,
        version=wording.version,
        language=submission.language,
        given_at=submission.received_at,
        confirmed_at=submission.confirmed_at,
    )


def wording_at(form: Form, version: int) -> FormWording | None:
    """Return the consent that a page showed, by its version: the words are ours, whatever was sent."""
    return FormWording.objects.filter(form=form, version=version).first() if form.asks_consent else None
