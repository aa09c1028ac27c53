"""Wiring of the history room."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    """Who changed what; the trash; undo."""

    name = "crm_site.history"
    label = "history"
    verbose_name = _("History")

    def ready(self) -> None:
        """Tell every connection where changes come from, and make the jobs known."""
        from crm_site.history import jobs  # noqa: F401 - registers itself
        from crm_site.history.origin import listen, origin_of_run
        from crm_site.jobs.surroundings import register_surrounding

        register_surrounding(origin_of_run)
        connection_created.connect(listen, dispatch_uid="history.origin")
