"""Wiring of the numbering room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumberingConfig(AppConfig):
    """Document numbers."""

    name = "crm_site.numbering"
    label = "numbering"
    verbose_name = _("Numbering")
