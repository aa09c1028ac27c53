"""Wiring of the forms room."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    """Web forms."""

    name = "crm_site.forms"
    label = "web_forms"  # Django's own forms have the short one
    verbose_name = _("Web forms")

    def ready(self) -> None:
        """Load the room's events, handlers and jobs, and put it on the rail."""
        for room in ("events", "handlers", "jobs", "panels"):
            import_module(f"crm_site.forms.{room}")
        from crm_site.forms.building import change_form
        from crm_site.forms.models import Form
        from crm_site.history.restorers import register_restorer

        register_restorer(Form, lambda form, version, facts, user: change_form(form, version, facts, None, user))
