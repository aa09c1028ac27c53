"""Wiring of the events room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Events and the outbox."""

    name = "crm_site.events"
    label = "events"
    verbose_name = _("Events")
