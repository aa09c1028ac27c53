"""What the history adds to the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav


def register() -> None:
    """Register the rail items."""
    register_nav(
        NavItem(
            code="operations",
            label=_("Operations"),
            icon="history",
            url_name="history:operation-list",
            group=Group.SETUP,
            module="customers",
            order=30,
        )
    )
    register_nav(
        NavItem(
            code="trash",
            label=_("Trash"),
            icon="trash",
            url_name="history:trash",
            group=Group.SETUP,
            module="customers",
            order=40,
        )
    )
