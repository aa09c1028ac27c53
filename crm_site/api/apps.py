"""Wiring of the API room."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """Tokens and the REST API."""

    name = "crm_site.api"
    label = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        """Load what describes the API."""
        import_module("crm_site.api.schema")
