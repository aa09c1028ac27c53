"""Fixed vocabularies of analytics."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dimension(models.TextChoices):
    """What tells deals apart that ended."""

    REASON = "reason", _("Reason")
    SOURCE = "source", _("Source")
    SIZE = "size", _("Size")
    COMPETITOR = "competitor", _("Competitor")
    PRODUCT = "product", _("Product")
