"""Fixed vocabularies of the pages."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sharing(TextChoices):
    """Who sees a saved view beside its owner."""

    NOBODY = "nobody", _("Only me")
    TEAM = "team", _("My team")
    EVERYBODY = "everybody", _("Everybody")


class FileKind(TextChoices):
    """What a list can be exported as."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
