"""Wiring of the customers app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Registers the app's handlers and surfaces."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Load the modules that register something."""
        for room in ("jobs", "handlers", "panels", "imports", "rules", "demo", "services.signing_up"):
            import_module(f"customers.{room}")
