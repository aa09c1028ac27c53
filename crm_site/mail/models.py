"""What goes out: the state that every kind of sending shares, and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm_site.mail.choices import SendingState

if TYPE_CHECKING:
    from datetime import datetime


class Outgoing(models.Model):
    """Something to send: claimed by one worker, then sent, then settled, each in a transaction of its own."""

    state = models.CharField(_("state"), max_length=8, choices=SendingState.choices, default=SendingState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at: models.DateTimeField[Any, datetime] = models.DateTimeField(
        _("requested"), db_default=Now(), editable=False
    )
    due_at: models.DateTimeField[Any, datetime] = models.DateTimeField(_("due"), db_default=Now())
    claimed_at = models.DateTimeField(_("taken"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        abstract = True


class OutgoingMail(Outgoing):
    """One mail to one address; `source` says what it is about, and no address gets two of the same source."""

    source = models.CharField(_("source"), max_length=100)
    recipient = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("text as HTML"), blank=True)
    calendar = models.TextField(
        _("calendar file"),
        blank=True,
        default="",
        db_default="",
        help_text=_("A meeting as iCalendar, with its METHOD."),
    )
    message_id = models.CharField(_("message id"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        indexes = (
            models.Index(fields=("due_at", "id"), name="mail_due", condition=models.Q(state=SendingState.QUEUED)),
            models.Index(fields=("claimed_at",), name="mail_taken", condition=models.Q(state=SendingState.SENDING)),
            models.Index(fields=("created_at",), name="mail_created"),
        )
        constraints = (models.UniqueConstraint(fields=("source", "recipient"), name="one_mail_per_source"),)

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"
