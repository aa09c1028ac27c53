"""What assignment adds to the rail and the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, register_command
from crm_site.pages.querysets import sets_up


def register() -> None:
    """Register the rail item and the command for one's own absences."""
    register_nav(
        NavItem(
            code="assignment",
            label=_("Assignment"),
            icon="users-group",
            url_name="assignment:rule-list",
            group=Group.SETUP,
            allowed=sets_up,
            order=70,
        )
    )
    register_command(
        Command(
            code="absences", label=_("My absences"), icon="calendar-off", url_name="assignment:absence-list", order=910
        )
    )
