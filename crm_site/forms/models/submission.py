"""What came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.forms.choices import DELIVERABLE, TONES, Reason, SubmissionState, Via
from crm_site.forms.models.form import MAX_ADDRESS, Form, FormWording
from crm_site.forms.querysets import SubmissionQuerySet
from crm_site.staff.subjects import find_subject

if TYPE_CHECKING:
    from datetime import datetime

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
MAX_UTM, MAX_KEY = 200, 150


class Submission(models.Model):
    """What came in once. `key` is what a repeat has too: a form's nonce, an integrator's key, an event's id.

    `handled_at` says that the target has had it; until then `error` may tell why not.
    """

    form = models.ForeignKey(Form, models.PROTECT, related_name="submissions", verbose_name=_("form"), db_index=False)
    key = models.CharField(max_length=MAX_KEY, editable=False)
    via = models.CharField(_("through"), max_length=5, choices=Via.choices, default=Via.PAGE)
    received_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("received"), db_default=Now())
    state = models.CharField(
        _("state"), max_length=9, choices=SubmissionState.choices, default=SubmissionState.RECEIVED
    )
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("What was wrong, or what a test would have made."))
    values: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict)
    language = models.CharField(_("language"), max_length=10, blank=True)
    utm_source = models.CharField("utm_source", max_length=MAX_UTM, blank=True)
    utm_medium = models.CharField("utm_medium", max_length=MAX_UTM, blank=True)
    utm_campaign = models.CharField("utm_campaign", max_length=MAX_UTM, blank=True)
    utm_term = models.CharField("utm_term", max_length=MAX_UTM, blank=True)
    utm_content = models.CharField("utm_content", max_length=MAX_UTM, blank=True)
    referrer = models.CharField(_("came from"), max_length=MAX_ADDRESS, blank=True)
    page = models.CharField(_("on page"), max_length=MAX_ADDRESS, blank=True)
    ip_hash = models.CharField(max_length=64, blank=True, editable=False)
    wording = models.ForeignKey(FormWording, models.SET_NULL, null=True, blank=True, related_name="+")
    consent_text = models.TextField(_("consent, as it was shown"), blank=True)
    token_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - many have none
    token_expires_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    handled_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    subject_kind = models.CharField(max_length=30, blank=True, editable=False)
    subject_id = models.BigIntegerField(null=True, editable=False)
    error = models.TextField(_("error"), blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = (
            models.Index(fields=("received_at", "id"), name="submission_received"),
            models.Index(fields=("form", "received_at"), name="submission_form"),
            models.Index(
                fields=("subject_kind", "subject_id"),
                name="submission_subject",
                condition=models.Q(subject_id__isnull=False),
            ),
        )
        constraints = (models.UniqueConstraint(fields=("form", "key"), name="submission_once"),)

    def __str__(self) -> str:
        return self.who

    def get_absolute_url(self) -> str:
        """Return the address of the submission's page."""
        return reverse("forms:submission-detail", args=[self.pk])

    @property
    def who(self) -> str:
        """The first words that were typed in, by which people know a submission."""
        said = [str(one) for one in self.values.values() if isinstance(one, str) and one.strip()]
        return " · ".join(said[:2])[:120] or f"#{self.pk}"

    @property
    def tone(self) -> str:
        """The colour of the state; what could not be handed over stands out."""
        return "bad" if self.error else TONES[SubmissionState(self.state)]

    @property
    def is_owed(self) -> bool:
        """Tell whether the target should have had it and has not."""
        return self.state in DELIVERABLE and self.handled_at is None

    @property
    def origin(self) -> dict[str, str]:
        """Where whoever filled it in came from."""
        return {name: getattr(self, name) for name in (*UTM, "referrer", "page")}

    @property
    def subject_url(self) -> str:
        """The address of the record it became; empty when there is none."""
        subject = find_subject(self.subject_kind) if self.subject_id else None
        return reverse(subject.url_name, args=[self.subject_id]) if subject is not None else ""
