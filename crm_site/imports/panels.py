"""What imports add to the shell."""

from django.utils.translation import gettext_lazy as _

from crm_site.imports.lists import may_import
from crm_site.imports.models import Import
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav

register_nav(
    NavItem(
        code="imports",
        label=_("Imports"),
        icon="upload",
        url_name="imports:import-list",
        group=Group.SETUP,
        allowed=may_import,
        order=10,
    )
)
register_step(
    Step(
        code="import-file",
        label=_("Import a file"),
        icon="upload",
        url_name="imports:import-create",
        order=20,
        evidence=lambda user: Import.objects.filter(started_by=user, run__isnull=False),
        allowed=may_import,
    )
)
