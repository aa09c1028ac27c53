"""Fixed vocabularies of web forms."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class InputKind(TextChoices):
    """What a field of a target takes."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of several choices")
    YES_NO = "yes_no", _("Yes or no")


class Width(TextChoices):
    """How much of a line a field takes on wide screens."""

    FULL = "full", _("Whole line")
    HALF = "half", _("Half a line")


class SubmissionState(TextChoices):
    """Where what came in stands."""

    RECEIVED = "received", _("Received")
    WAITING = "waiting", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    SPAM = "spam", _("Spam")
    TEST = "test", _("Test")


class Via(TextChoices):
    """How something came in."""

    PAGE = "page", _("Page")
    EMBED = "embed", _("Embedded")
    API = "api", _("API")
    HOOK = "hook", _("Webhook")
    TEST = "test", _("Test")


class Reason(TextChoices):
    """Why something was not simply taken."""

    HONEYPOT = "honeypot", _("A field that people don't see was filled in.")
    TOO_OFTEN = "too_often", _("This mail address was given too often.")
    NO_ADDRESS = "no_address", _("There is no mail address that could be confirmed.")
    WRONG_VALUES = "wrong_values", _("The values are none that the form could take.")
    BY_HAND = "by_hand", _("Somebody has said so.")


DELIVERABLE = (SubmissionState.RECEIVED, SubmissionState.CONFIRMED)
"""What the target gets."""

FORGETTABLE = (SubmissionState.SPAM, SubmissionState.WAITING, SubmissionState.REFUSED, SubmissionState.TEST)
"""What is deleted after a while, because nothing ever came of it."""

TONES = {
    SubmissionState.RECEIVED: "good",
    SubmissionState.CONFIRMED: "good",
    SubmissionState.WAITING: "warn",
    SubmissionState.REFUSED: "bad",
    SubmissionState.SPAM: "bad",
    SubmissionState.TEST: "flat",
}
