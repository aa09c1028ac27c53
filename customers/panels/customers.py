"""What customers add to the shell: rail, palette, commands and Today."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.events.models import EventRecord
from crm_site.fields.hosts import Host
from crm_site.lib.phones import to_e164
from crm_site.lib.text import sort_key
from crm_site.pages import formatting
from crm_site.pages.fields.offering import offer_custom_fields
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Asked, Command, Hit, record_source, register_command, register_palette
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from customers.choices import CustomerKind, RfmSegment
from customers.events import CustomerCreated
from customers.lists import customer_list
from customers.models import ContactPoint, Customer
from customers.querysets import CustomerQuerySet
from customers.services.bulk import change_customers

SHOWN = 5
# People of the same name are many; so many of them are looked at.
SAME_NAME = 20

register_nav(
    NavItem(
        code="customers",
        label=_("Customers"),
        icon="users",
        url_name="customers:customer-list",
        group=Group.SELL,
        module="customers",
        order=8,
        phone=True,
    )
)


def named_exactly(rows: CustomerQuerySet, asked: Asked) -> list[CustomerQuerySet]:
    """Return the customers whose reference, registration number, name or contact point is what was typed."""
    found = [
        rows.filter(reference__in={asked.text, asked.text.upper()}),
        rows.filter(sort_key=sort_key(asked.text)).order_by("-pk")[:SAME_NAME],
    ]
    if asked.has_number:
        found.append(rows.filter(identifier=asked.text.upper()))
    points = {asked.folded, to_e164(asked.text, settings.DEFAULT_PHONE_REGION) or asked.folded}
    if asked.has_number or "@" in asked.text:
        known = ContactPoint.objects.filter(normal__in=points).values("customer")[:SAME_NAME]
        found.append(rows.filter(pk__in=known))
    return found


register_palette(
    record_source(
        customer_list,
        hit=lambda one: Hit(
            label=one.name,
            url=one.get_absolute_url(),
            icon="user" if one.is_person else "building",
            context=one.context_line,
        ),
        latest="created_at",
        only=(
            "kind", "name", "job_title", "country", "industry", "reference", "identifier", "organisation__name",
        ),
        related_to=("organisation",),
        exact=named_exactly,
        identifiers=lambda one: (one.reference, one.identifier),
        near=True,
    )
)  # fmt: skip
register_step(
    Step(
        code="add-customer",
        label=_("Add a customer"),
        icon="user-plus",
        url_name="customers:customer-create",
        order=10,
        evidence=lambda user: EventRecord.objects.filter(name=CustomerCreated.name(), actor=user),
        allowed=lambda user: user.access.can_edit("customers"),
    )
)
register_panel(
    Panel(
        code="files",
        title=_("Files"),
        kind="customer",
        url_name="files:subject-panel",
        arguments=("customer",),
        order=60,
    )
)
register_panel(
    Panel(
        code="picture",
        title=_("Who talks with whom"),
        kind="customer",
        url_name="customers:customer-picture-panel",
        module="customers",
        order=20,
        rows=4,
        fits=lambda customer: customer.kind == CustomerKind.ORGANISATION,
    )
)
register_panel(
    Panel(
        code="tree",
        title=_("Organisation"),
        kind="customer",
        url_name="customers:customer-tree-panel",
        module="customers",
        order=15,
        rows=4,
    )
)
register_command(
    Command(
        code="new-customer",
        label=_("New customer"),
        icon="plus",
        url_name="customers:customer-create",
        module="customers",
    )
)


def new_customers(user: User) -> TodayContent:
    """Return the customers that came in the last seven days."""
    week = timezone.localdate() - timedelta(days=6)
    found = Customer.objects.visible_to(user).filter(created_at__date__gte=week).select_related("organisation")
    latest = found.order_by("-created_at", "-id")[:SHOWN]
    rows = [
        TodayRow(
            label=one.name, url=one.get_absolute_url(), context=one.context_line, value=formatting.date(one.created_at)
        )
        for one in latest
    ]
    return TodayContent(
        count=found.count(),
        rows=rows,
        url=customer_list.url(created=(week, None), sort="-created"),
        empty=_("No new customers in the last seven days."),
    )


def slipping_customers(user: User) -> TodayContent:
    """Return the most valuable customers who have gone quiet."""
    segments = [RfmSegment.CANT_LOSE.value, RfmSegment.AT_RISK.value]
    found = Customer.objects.visible_to(user).filter(score__segment__in=segments).select_related("metrics", "score")
    rows = [
        TodayRow(
            label=one.name,
            url=one.get_absolute_url(),
            context=str(one.score.get_segment_display()),
            value=formatting.money(one.metrics.net_revenue, None),
            tone="bad",
        )
        for one in found.order_by("-metrics__net_revenue", "-id")[:SHOWN]
    ]
    return TodayContent(
        count=found.count(),
        rows=rows,
        url=customer_list.url(segment=segments, sort="-revenue"),
        empty=_("Nobody valuable has gone quiet."),
    )


register_today(
    TodayCard(
        code="slipping", title=_("Going quiet"), icon="user-exclamation", module="customers", load=slipping_customers
    )
)
register_today(
    TodayCard(code="new-customers", title=_("New customers"), icon="user-plus", module="customers", load=new_customers)
)
register_panel(
    Panel(
        code="history-customer",
        title=_("History"),
        kind="customer",
        url_name="history:record-panel",
        arguments=("customers.customer",),
        module="customers",
        order=900,
    )
)
offer_custom_fields(
    Host(
        "customer",
        Customer,
        _("Customers"),
        list_code="customers",
        subject="customer",
        import_kind="customers",
        change_many=change_customers,
    )
)
