"""Fixed vocabularies of files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ScanState(models.TextChoices):
    """What is known of a file's harmlessness."""

    UNCHECKED = "unchecked", _("Not checked")
    WAITING = "waiting", _("Being checked for viruses")
    CLEAN = "clean", _("Checked")
    INFECTED = "infected", _("Infected: it cannot be downloaded")
