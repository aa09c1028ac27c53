"""What web forms add to the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm_site.forms.querysets import open_targets
from crm_site.pages.nav import Group, NavItem, register_nav

if TYPE_CHECKING:
    from crm_site.staff.models import User


def may_build(user: User) -> bool:
    """Tell whether there is anything the user may make forms for."""
    return bool(open_targets(user))


register_nav(
    NavItem(
        code="forms",
        label=_("Web forms"),
        icon="forms",
        url_name="forms:form-list",
        group=Group.MARKET,
        allowed=may_build,
        order=60,
    )
)
