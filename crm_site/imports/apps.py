"""Wiring of the imports room."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Imports of files."""

    name = "crm_site.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        """Load the job that imports, and put the imports on the rail."""
        import_module("crm_site.imports.importing")
        import_module("crm_site.imports.panels")
