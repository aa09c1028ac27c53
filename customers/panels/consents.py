"""How and where to reach a customer, and what for: two cards of the customer's page, and the way to the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_site.pages.palette import Command, register_command
from crm_site.pages.panels import Panel, register_panel

register_command(
    Command(
        code="consents",
        label=_("Consent ledger"),
        icon="shield-check",
        url_name="customers:consent-list",
        module="customers",
    )
)
register_panel(
    Panel(
        code="reach",
        title=_("How to reach"),
        kind="customer",
        url_name="customers:customer-reach",
        module="customers",
        order=12,
    )
)
register_panel(
    Panel(
        code="consent",
        title=_("Consent"),
        kind="customer",
        url_name="customers:customer-consent-panel",
        module="customers",
        order=35,
    )
)
