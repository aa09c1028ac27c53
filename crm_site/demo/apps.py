"""Wiring of the demo room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The demo company."""

    name = "crm_site.demo"
    label = "demo"
    verbose_name = _("Demo company")

    def ready(self) -> None:
        """Register the clearing job, the page in the set-up, and the people of the sign-in page."""
        from crm_site.demo import jobs, panels  # noqa: F401, they register themselves
