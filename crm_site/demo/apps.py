"""Wiring of the demo room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The demo company."""

    name = "crm_site.demo"
    label = "demo"
    verbose_name = _("Demo data")
