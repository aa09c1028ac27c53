"""What analytics adds to the shell and to the customer's page."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis import KPIS
from analytics.selectors.ranges import COMPARISONS, Range, read_range
from analytics.selectors.tiles import change_words, words
from crm_site.lib.statistics import round_half_away
from crm_site.pages.first_steps import Step, register_step
from crm_site.pages.nav import Group, NavItem, register_nav
from crm_site.pages.palette import Command, register_command
from crm_site.pages.panels import Panel, register_panel
from crm_site.pages.tiles import delta
from crm_site.pages.today import TodayCard, TodayContent, TodayRow, register_today
from crm_site.staff.models import User

MOVED = ("revenue", "orders", "new_customers", "nps", "csat")

register_nav(
    NavItem(
        code="overview", label=_("Overview"), icon="chart-bar", url_name="analytics:overview", group=Group.UNDERSTAND,
        module="analytics", order=10, phone=True,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="customer-value", label=_("Customer value"), icon="diamond", url_name="analytics:customer-value",
        group=Group.UNDERSTAND, module="analytics", order=20,
    )
)  # fmt: skip
register_nav(
    NavItem(
        code="sales-figures", label=_("Sales"), icon="chart-histogram", url_name="analytics:sales",
        group=Group.UNDERSTAND, module="analytics", order=15, allowed=lambda user: user.access.can_view("sales"),
    )
)  # fmt: skip
register_command(
    Command(
        code="sales-figures", label=_("Sales figures and reports"), icon="chart-histogram",
        url_name="analytics:sales", module="analytics",
    )
)  # fmt: skip
register_command(
    Command(
        code="overview", label=_("Overview of figures"), icon="chart-bar", url_name="analytics:overview",
        module="analytics",
    )
)  # fmt: skip
register_step(
    Step(
        code="read-nps", label=_("Read the NPS"), icon="chart-bar", url_name="analytics:overview", module="analytics",
        order=50,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="health", title=_("Health"), kind="customer", module="analytics",
        url_name="analytics:customer-health-panel",
        order=8, rows=4,
    )
)  # fmt: skip
register_panel(
    Panel(
        code="value", title=_("Customer value"), kind="customer", module="analytics",
        url_name="analytics:customer-value-panel",
        order=10, rows=4,
    )
)  # fmt: skip


def moved_figures(user: User) -> TodayContent:
    """Return the figures of the last 30 days with their change, the largest change first."""
    chosen = read_range({"range": "30d"}, None)
    rows = sorted(_moves(user, chosen), key=lambda pair: -pair[0])
    return TodayContent(
        rows=[row for _size, row in rows],
        url=f"{reverse('analytics:overview')}?range=30d",
        empty=_("No figures in the last 30 days."),
    )


def _moves(user: User, chosen: Range) -> list[tuple[float, TodayRow]]:
    loaded = {}
    found = []
    for kpi in (KPIS[code] for code in MOVED if KPIS[code].visible_to(user)):
        if kpi.source.code not in loaded:
            periods = [chosen.period, *([chosen.previous] if chosen.previous else [])]
            loaded[kpi.source.code] = kpi.source.load(user, periods)
        current, previous = (kpi.figure(part) for part in loaded[kpi.source.code])
        if not current.n and not previous.n:
            continue
        change = kpi.change(current, previous)
        size = 0.0 if change is None else float(round_half_away(change, 1))
        moved = (
            delta(size, change_words(kpi, size, str(COMPARISONS[chosen.comparison]))) if change is not None else None
        )
        row = TodayRow(
            label=kpi.title,
            url=kpi.rows(chosen.period),
            context=moved.words if moved else gettext("nothing to compare with"),
            value=words(current.value, kpi.unit),
            tone="bad" if moved and moved.tone == "bad" else "",
        )
        found.append((abs(size), row))
    return found


register_today(
    TodayCard(
        code="moved-figures", title=_("Figures that moved"), icon="trending-up", module="analytics",
        load=moved_figures, order=20,
    )
)  # fmt: skip
