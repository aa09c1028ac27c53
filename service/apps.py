"""Wiring of the service app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    """Registers the app's handlers and surfaces."""

    name = "service"
    verbose_name = _("Service")

    def ready(self) -> None:
        """Load the modules that register something."""
        for room in ("handlers", "panels", "imports", "rules", "demo"):
            import_module(f"service.{room}")
