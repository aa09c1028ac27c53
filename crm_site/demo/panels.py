"""What the demo company adds to the shell: its page, and its people on the sign-in page."""

from django.utils.translation import gettext_lazy as _

from crm_site.demo.people import sign_ins
from crm_site.pages.context import register_demo_people
from crm_site.pages.nav import Group, NavItem, register_nav

register_demo_people(sign_ins)
register_nav(
    NavItem(
        code="demo",
        label=_("Demo data"),
        icon="eraser",
        url_name="demo:clear",
        group=Group.SETUP,
        allowed=lambda user: user.access.can_edit("setup"),
        order=90,
    )
)
