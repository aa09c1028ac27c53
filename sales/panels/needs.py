"""What needs add to the shell, and to the pages of customers and opportunities."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import Host
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, register_command
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.querysets import sets_up
from sales.models import Need
from sales.services.needs import change_needs

register_nav(
    NavItem(
        code="needs", label=_("Needs"), icon="bulb", url_name="sales:need-list", group=Group.SELL, module="sales",
        order=16,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="voice", label=_("Voice of the customer"), icon="speakerphone", url_name="sales:voice",
        group=Group.UNDERSTAND, module="sales", order=48,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="need-categories", label=_("Categories of needs"), icon="tags", url_name="sales:needcategory-list",
        group=Group.SETUP, module="sales", allowed=sets_up, order=44,
    )
)  # fmt: skip
register_command(
    Command(code="new-need", label=_("New need"), icon="plus", url_name="sales:need-create", module="sales")
)
register_panel(
    Panel(
        code="needs", title=_("Needs"), kind="customer", url_name="sales:customer-needs-panel", module="sales",
        order=16, rows=3,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="opportunity-needs", title=_("Needs"), kind="opportunity", url_name="sales:opportunity-needs-panel",
        module="sales", order=20,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="need-tasks", title=_("What is next"), kind="need", url_name="sales:need-tasks-panel", module="sales",
        order=5,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="need-files", title=_("Files"), kind="need", url_name="files:subject-panel", arguments=("need",),
        module="sales", order=60,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="history-need", title=_("History"), kind="need", url_name="history:record-panel",
        arguments=("sales.need",), module="sales", order=900,
    )
)  # fmt: skip
offer_custom_fields(
    Host(
        "need",
        Need,
        _("Needs"),
        list_code="needs",
        subject="need",
        import_kind="needs",
        change_many=change_needs,
    )
)
