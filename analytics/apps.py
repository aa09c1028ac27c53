"""Wiring of the analytics app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """Registers the app's handlers and surfaces."""

    name = "analytics"
    verbose_name = _("Analytics")

    def ready(self) -> None:
        """Load the modules that register something."""
        for room in ("jobs", "kpis", "handlers", "panels", "imports", "demo"):
            import_module(f"analytics.{room}")
