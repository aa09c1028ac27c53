"""Wiring of the jobs room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Job runs and their schedules."""

    name = "crm_site.jobs"
    label = "jobs"
    verbose_name = _("Jobs")
