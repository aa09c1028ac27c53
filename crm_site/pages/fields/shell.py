"""What custom fields add to the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.fields.setup import may_set_up
from crm_site.pages.nav import Group, NavItem, register_nav


def register() -> None:
    """Register the rail item."""
    register_nav(
        NavItem(
            code="fields",
            label=_("Custom fields"),
            icon="forms",
            url_name="fields:field-list",
            group=Group.SETUP,
            allowed=may_set_up,
            order=50,
        )
    )
