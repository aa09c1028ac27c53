"""Wiring of the staff room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Users, teams and roles."""

    name = "crm_site.staff"
    label = "staff"
    verbose_name = _("People and access")
