"""Wiring of the calendars room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CalendarsConfig(AppConfig):
    """Business calendars."""

    name = "crm_site.calendars"
    label = "calendars"
    verbose_name = _("Business time")
