"""Double opt-in: a mail asks whoever owns the address, and one click on its page confirms."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.forms.choices import Reason, SubmissionState
from crm_site.forms.events import SubmissionConfirmed
from crm_site.forms.limiting import may_be_mailed
from crm_site.forms.models import Submission
from crm_site.mail.queueing import queue_mail

LONGEST = dt.timedelta(hours=72)


def ask_to_confirm(submission: Submission, email: str) -> None:
    """Let a new submission wait, and ask the owner of the address by mail, once.

    An address that gets too many of these mails gets no further one: somebody else is typing it in.
    """
    if not may_be_mailed(email):
        submission.state, submission.reason = SubmissionState.SPAM, Reason.TOO_OFTEN
        submission.save(update_fields=["state", "reason"])
        return
    token = secrets.token_urlsafe(32)
    submission.state = SubmissionState.WAITING
    submission.token_digest = _digest(token)
    submission.token_expires_at = timezone.now() + lifetime()
    submission.save(update_fields=["state", "token_digest", "token_expires_at"])
    with translation.override(submission.language or settings.LANGUAGE_CODE):
        queue_mail(
            f"forms:{submission.pk}",
            email,
            subject=_("Please confirm: %(form)s") % {"form": submission.form.title or settings.PRODUCT_NAME},
            text=_words(submission, token),
        )


def lifetime() -> dt.timedelta:
    """Return how long a link in a mail works: as set, and 72 hours at most."""
    return min(dt.timedelta(hours=settings.FORM_CONFIRM_HOURS), LONGEST)


def waiting_for(token: str) -> Submission | None:
    """Return what a link would confirm; None for a wrong, used or old one, which cannot be told apart."""
    found = Submission.objects.select_related("form").filter(
        token_digest=_digest(token), state=SubmissionState.WAITING, token_expires_at__gt=timezone.now()
    )
    return found.first()


def confirm(token: str) -> Submission | None:
    """Confirm what the link belongs to and return it; None for a wrong, used or old one. Of two clicks one counts."""
    found = waiting_for(token)
    if found is None:
        return None
    with transaction.atomic():
        now = timezone.now()
        rows = Submission.objects.filter(pk=found.pk, state=SubmissionState.WAITING, token_digest=_digest(token))
        if not rows.update(state=SubmissionState.CONFIRMED, confirmed_at=now, token_digest=None):
            return None
        publish(SubmissionConfirmed(submission_id=found.pk))
    found.refresh_from_db()
    return found


def _words(submission: Submission, token: str) -> str:
    """Return the mail: nothing in it was typed by whoever filled the form in, so that nobody can write through it."""
    link = urljoin(settings.BASE_URL, reverse("web:confirm", args=[token]))
    named = {
        "form": submission.form.title or settings.PRODUCT_NAME,
        "link": link,
        "hours": int(lifetime().total_seconds() // 3600),
    }
    parts = (
        _("Somebody has filled in “%(form)s” with this mail address. If that was you, open this page and confirm it:"),
        "%(link)s",
        _("The link works once, for %(hours)d hours. If it was not you, do nothing: then nothing happens."),
    )
    return "\n\n".join(part % named for part in parts)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
