"""The surface of the site: shell, lists, record pages and the registries other apps fill."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Wires the pages every site has."""

    name = "crm_site.pages"
    label = "pages"
    verbose_name = _("Pages")

    def ready(self) -> None:
        """Register the shell's own rail items and palette sources."""
        from crm_site.pages import exports, first_steps, jobs, shell  # noqa: F401 - exports registers its jobs
        from crm_site.pages.assignment import shell as assignment
        from crm_site.pages.bulk import jobs as bulk_jobs  # noqa: F401 - registers its job
        from crm_site.pages.business_time import shell as business_time
        from crm_site.pages.fields import shell as fields
        from crm_site.pages.history import shell as history

        shell.register()
        jobs.register()
        first_steps.register()
        history.register()
        fields.register()
        business_time.register()
        assignment.register()
