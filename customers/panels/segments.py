"""What segments and the lifecycle add to the shell and to the customer's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, register_command
from crm_site.pages.panels import Panel, register_panel

register_nav(
    NavItem(
        code="segments",
        label=_("Segments"),
        icon="users-group",
        url_name="customers:segment-list",
        group=Group.MARKET,
        module="customers",
        order=10,
    )
)
register_nav(
    NavItem(
        code="lifecycle",
        label=_("Lifecycle"),
        icon="stairs",
        url_name="customers:lifecycle",
        group=Group.UNDERSTAND,
        module="customers",
        order=40,
    )
)
register_command(
    Command(
        code="new-segment",
        label=_("New segment"),
        icon="users-group",
        url_name="customers:segment-create",
        module="customers",
    )
)
register_panel(
    Panel(
        code="standing",
        title=_("Stage and segments"),
        kind="customer",
        url_name="customers:customer-standing",
        module="customers",
        order=30,
    )
)
