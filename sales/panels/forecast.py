"""What the forecast and the Monday page add to the rail, to the palette and to Today."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.pages import formatting
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, register_command
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User
from sales.choices import ChangeKind
from sales.lists import opportunity_list
from sales.lists.forecast_filters import Changed
from sales.selectors.monday import Week, read_monday
from sales.selectors.periods import Reach, leads_sales

SHOWN = (ChangeKind.CREATED, ChangeKind.WON, ChangeKind.LOST, ChangeKind.SLIPPED)

register_nav(
    NavItem(
        code="forecast", label=_("Forecast"), icon="chart-arrows-vertical", url_name="sales:forecast",
        group=Group.UNDERSTAND, module="sales", order=6,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="monday", label=_("Monday"), icon="calendar-week", url_name="sales:monday", group=Group.UNDERSTAND,
        module="sales", order=4,
    )
)  # fmt: skip
register_command(
    Command(code="sales-targets", label=_("Sales targets"), icon="target", url_name="sales:target-grid", module="sales")
)
register_command(
    Command(
        code="forecast-course", label=_("How the forecast moved"), icon="chart-line", url_name="sales:forecast-course",
        module="sales",
    )
)  # fmt: skip


def monday_card(user: User) -> TodayContent:
    """Return how the deals moved since last Monday, in a few figures."""
    told = read_monday(Reach(user), Week.read(""), touched=0)
    rows = []
    for kind in SHOWN:
        one = told.total.told.get(kind)
        if one:
            url = opportunity_list.url(changed=Changed((kind.value,), told.week.start))
            rows.append(TodayRow(label=kind.label, url=url, value=formatting.number(one.deals)))
    moved = f"{formatting.money(told.total.before)} → {formatting.money(told.total.after)}"
    rows.append(TodayRow(label=_("Open then and now"), url=reverse("sales:monday"), value=moved))
    return TodayContent(rows=rows, url=reverse("sales:monday"))


register_today(
    TodayCard(
        code="monday", title=_("Since Monday"), icon="calendar-week", module="sales", load=monday_card,
        allowed=leads_sales, order=26,
    )
)  # fmt: skip
