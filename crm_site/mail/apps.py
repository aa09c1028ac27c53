"""Wiring of the mail room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Outgoing mail."""

    name = "crm_site.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        """Register the room's jobs."""
        from crm_site.mail import jobs  # noqa: F401 - it registers itself
