"""What segments, classes and the lifecycle add to the shell and to the customer's page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, Hit, label_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.querysets import sets_up
from customers.lists import segment_list

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
register_nav(
    NavItem(
        code="classes",
        label=_("Classes"),
        icon="columns-3",
        url_name="customers:classification-list",
        group=Group.SETUP,
        module="customers",
        allowed=sets_up,
        order=60,
    )
)
register_palette(
    label_source(
        segment_list,
        hit=lambda one: Hit(label=one.name, url=one.get_absolute_url(), icon="users-group", context=one.description),
        context="description",
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
        title=_("Stage, classes and segments"),
        kind="customer",
        url_name="customers:customer-standing",
        module="customers",
        order=30,
    )
)
