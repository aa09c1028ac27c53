"""Wiring of the files room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Attachments."""

    name = "crm_site.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        """Register the room's jobs."""
        from crm_site.files import jobs  # noqa: F401 - it registers itself
