"""What leads add to the shell, to Today, and to the pages of customers."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import Host
from crm_site.pages import formatting
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, Hit, record_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.querysets import sets_up
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from sales.lists import lead_list
from sales.models import Lead
from sales.services.leads import change_leads

SHOWN = 5

for code, label, icon, url_name, order in (
    ("leads", _("Leads"), "user-search", "sales:lead-list", 5),
    ("lead-pool", _("Lead pool"), "pool", "sales:lead-pool", 7),
):
    register_nav(
        NavItem(code=code, label=label, icon=icon, url_name=url_name, group=Group.SELL, module="sales", order=order)
    )
register_nav(
    NavItem(
        code="lead-scoring", label=_("Scoring of leads"), icon="gauge", url_name="sales:scoring", group=Group.SETUP,
        module="sales", allowed=sets_up, order=42,
    )
)  # fmt: skip
register_palette(
    record_source(
        lead_list,
        hit=lambda one: Hit(label=one.title, url=one.get_absolute_url(), icon="user-search", context=one.number),
        latest="received_at",
        only=("title", "number"),
        exact=lambda rows, asked: [rows.filter(number__in={asked.text, asked.text.upper()})],
        identifiers=lambda one: (one.number,),
        follows="customers",
        related=lambda rows, customers: rows.filter(customer__in=customers).order_by("-received_at", "-pk"),
        order=51,
    )
)
register_command(
    Command(code="new-lead", label=_("New lead"), icon="plus", url_name="sales:lead-create", module="sales")
)
register_panel(
    Panel(
        code="leads", title=_("Enquiries"), kind="customer", url_name="sales:customer-leads-panel", module="sales",
        order=14, rows=3,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="lead-tasks", title=_("What is next"), kind="lead", url_name="sales:lead-tasks-panel", module="sales",
        order=5,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="lead-files", title=_("Files"), kind="lead", url_name="files:subject-panel", arguments=("lead",),
        module="sales", order=60,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="history-lead", title=_("History"), kind="lead", url_name="history:record-panel",
        arguments=("sales.lead",), module="sales", order=900,
    )
)  # fmt: skip
offer_custom_fields(
    Host(
        "lead",
        Lead,
        _("Leads"),
        list_code="leads",
        subject="lead",
        import_kind="leads",
        change_many=change_leads,
    )
)


def unanswered_leads(user: User) -> TodayContent:
    """Return the reader's leads that nobody has answered, the most pressing first."""
    found = Lead.objects.visible_to(user).waiting().filter(owner=user)
    leads: Any = found.select_related("customer").order_by(F("response_due_at").asc(nulls_last=True), "id")[:SHOWN]
    now = timezone.now()
    rows = [
        TodayRow(
            label=one.customer.name,
            url=one.get_absolute_url(),
            context=one.title,
            value=formatting.moment(one.response_due_at) if one.response_due_at else "",
            tone="bad" if one.is_overdue(now) else "",
        )
        for one in leads
    ]
    url = lead_list.url(wants=["unanswered"], owner="me", sort="received")
    return TodayContent(count=found.count(), rows=rows, url=url, empty=_("Every enquiry of yours is answered."))


register_today(
    TodayCard(
        code="unanswered-leads",
        title=_("New leads"),
        icon="user-search",
        module="sales",
        load=unanswered_leads,
        order=15,
    )
)
