"""Wiring of the imports room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Imports of files."""

    name = "crm_site.imports"
    label = "imports"
    verbose_name = _("Imports")
