"""Choices of custom fields."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class FieldKind(TextChoices):
    """What a custom field holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One of several choices")
    CHOICES = "choices", _("Any of several choices")


class IndexState(TextChoices):
    """How far the index is that lets lists sort by a field."""

    NONE = "", _("not sortable")
    WAITING = "waiting", _("being prepared")
    READY = "ready", _("sortable")
