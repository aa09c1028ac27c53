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
        """Load the jobs that import, and put the imports on the rail."""
        for room in ("custom", "importing", "moving_jobs", "retention"):
            import_module(f"crm_site.imports.{room}")
        import_module("crm_site.imports.panels")
