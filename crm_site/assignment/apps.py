"""Wiring of the assignment room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentConfig(AppConfig):
    """Assignment of records to people."""

    name = "crm_site.assignment"
    label = "assignment"
    verbose_name = _("Assignment")

    def ready(self) -> None:
        """Register the room's job."""
        from crm_site.assignment import jobs  # noqa: F401 - it registers itself
