"""Wiring of the sales app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    """Registers the app's handlers and surfaces."""

    name = "sales"
    verbose_name = _("Sales")

    def ready(self) -> None:
        """Load the modules that register something."""
        for room in ("jobs", "handlers", "panels", "imports", "rules", "demo", "services.leads.form_target"):
            import_module(f"sales.{room}")
