"""Wiring of the notifications room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The bell and its companions."""

    name = "crm_site.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Register the room's jobs, and let robots hear of notifications."""
        from crm_site.notifications import jobs  # noqa: F401 - it registers itself
        from crm_site.notifications.robots import posting  # noqa: F401 - it registers itself
