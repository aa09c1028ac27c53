"""Fixed vocabularies of sending."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SendingState(models.TextChoices):
    """Where something that goes out stands."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    BOUNCED = "bounced", _("Refused")
    UNKNOWN = "unknown", _("Unknown")
    """It may have arrived or not: a person decides whether it goes out again."""
