"""Wiring of the rules room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RulesConfig(AppConfig):
    """Rules and the log of those that fired."""

    name = "crm_site.rules"
    label = "rules"
    verbose_name = _("Rules")

    def ready(self) -> None:
        """Register the job that forgets old firings."""
        from crm_site.rules import jobs  # noqa: F401, it registers itself
