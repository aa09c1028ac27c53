"""Wiring of the fields room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FieldsConfig(AppConfig):
    """Custom fields."""

    name = "crm_site.fields"
    label = "fields"
    verbose_name = _("Custom fields")

    def ready(self) -> None:
        """Make the job known."""
        from crm_site.fields import indexing  # noqa: F401 - registers itself
