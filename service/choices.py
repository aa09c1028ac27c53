"""Fixed vocabularies of service."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SurveyKind(models.TextChoices):
    """What a survey measures; the scale follows from it."""

    NPS = "nps", _("NPS (0–10)")
    CSAT = "csat", _("CSAT (1–5)")

    @property
    def scale(self) -> tuple[int, int]:
        """Return the lowest and highest answer."""
        return (0, 10) if self is SurveyKind.NPS else (1, 5)
