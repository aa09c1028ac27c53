"""What opportunities add to the shell, to Today, and to the pages of customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.models import EventRecord
from crm_site.fields.hosts import Host
from crm_site.pages import formatting
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, Hit, record_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.querysets import sets_up
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from sales.choices import DealStatus
from sales.events import OpportunityMoved
from sales.lists import opportunity_list
from sales.models import Opportunity
from sales.services import change_opportunities

SHOWN, PART_OF_NUMBER = 5, 5
OPEN = [DealStatus.OPEN.value]

register_nav(
    NavItem(
        code="opportunities", label=_("Opportunities"), icon="target-arrow", url_name="sales:opportunity-list",
        group=Group.SELL, module="sales", order=10, phone=True,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="pipelines", label=_("Pipelines"), icon="stairs", url_name="sales:pipeline-list", group=Group.SETUP,
        module="sales", allowed=sets_up, order=40,
    )
)  # fmt: skip
register_palette(
    record_source(
        opportunity_list,
        hit=lambda one: Hit(
            label=one.name, url=one.get_absolute_url(), icon="target-arrow", context=one.customer_label
        ),
        latest="opened_at",
        only=("name", "number", "customer__name"),
        related_to=("customer",),
        exact=lambda rows, asked: [rows.filter(number__in={asked.text, asked.text.upper()})],
        identifiers=lambda one: (one.number,),
        follows="customers",
        related=lambda rows, customers: rows.filter(customer__in=customers).order_by("-opened_at", "-pk"),
        order=52,
    )
)
register_command(
    Command(
        code="new-opportunity", label=_("New opportunity"), icon="plus", url_name="sales:opportunity-create",
        module="sales",
    )
)  # fmt: skip
register_step(
    Step(
        code="move-deal",
        label=_("Move a deal"),
        icon="target-arrow",
        url_name="sales:opportunity-list",
        order=25,
        evidence=lambda user: EventRecord.objects.filter(name=OpportunityMoved.name(), actor=user),
        allowed=lambda user: user.access.can_edit("sales"),
    )
)
register_panel(
    Panel(
        code="opportunities", title=_("Opportunities"), kind="customer", url_name="sales:customer-opportunities-panel",
        module="sales", order=15, rows=4,
    )
)  # fmt: skip
for code, title, order in (
    ("tasks", _("What is next"), 5),
    ("contacts", _("Contacts"), 10),
    ("changes", _("How it went"), 30),
):
    register_panel(
        Panel(
            code=f"opportunity-{code}", title=title, kind="opportunity", url_name=f"sales:opportunity-{code}-panel",
            module="sales", order=order,
        )
    )  # fmt: skip
register_panel(
    Panel(
        code="opportunity-files", title=_("Files"), kind="opportunity", url_name="files:subject-panel",
        arguments=("opportunity",), module="sales", order=60,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="history-opportunity", title=_("History"), kind="opportunity", url_name="history:record-panel",
        arguments=("sales.opportunity",), module="sales", order=900,
    )
)  # fmt: skip
offer_custom_fields(
    Host(
        "opportunity",
        Opportunity,
        _("Opportunities"),
        list_code="opportunities",
        subject="opportunity",
        import_kind="opportunities",
        change_many=change_opportunities,
    )
)


def _content(found: QuerySet[Opportunity], order: Any, empty: Any, **params: Any) -> TodayContent:
    deals = found.select_related("customer", "stage").order_by(*order)[:SHOWN]
    rows = [
        TodayRow(
            label=one.name,
            url=one.get_absolute_url(),
            context=f"{one.customer_label or one.number} · {one.stage.label} · {formatting.date(one.expected_close)}",
            value=formatting.money(one.amount, one.currency),
        )
        for one in deals
    ]
    url = opportunity_list.url(status=OPEN, owner="me", **params)
    return TodayContent(count=found.count(), rows=rows, url=url, empty=empty)


def _mine(user: User) -> Any:
    return Opportunity.objects.visible_to(user).open().filter(owner=user)


def stalled_deals(user: User) -> TodayContent:
    """Return the reader's deals that were left alone for too long, the longest first."""
    found = _mine(user).stalled(timezone.now())
    return _content(found, (F("rots_at"), "id"), _("None of your deals is stalled."), wants=["stalled"])


def deals_without_step(user: User) -> TodayContent:
    """Return the reader's deals for which nothing is planned, the largest first."""
    found = _mine(user).without_next_step()
    return _content(found, ("-base_amount", "id"), _("Every deal of yours has a next step."), wants=["no_step"])


def closing_deals(user: User) -> TodayContent:
    """Return the reader's deals that should close by the end of the week, late ones among them."""
    today = timezone.localdate()
    found = _mine(user).filter(expected_close__lt=today + dt.timedelta(days=7 - today.weekday()))
    sunday = today + dt.timedelta(days=6 - today.weekday())
    return _content(found, ("expected_close", "id"), _("Nothing is to close this week."), close=(None, sunday))


register_today(
    TodayCard(
        code="closing-deals", title=_("Closing this week"), icon="target-arrow", module="sales", load=closing_deals,
        order=20,
    )
)  # fmt: skip
register_today(
    TodayCard(
        code="stalled-deals", title=_("Stalled deals"), icon="hourglass", module="sales", load=stalled_deals, order=22
    )
)
register_today(
    TodayCard(
        code="deals-without-step", title=_("Deals without a next step"), icon="circle-dashed", module="sales",
        load=deals_without_step, order=24,
    )
)  # fmt: skip
