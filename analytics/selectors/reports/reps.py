"""Performance: what each colleague won, against the target, and what they did for it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis import KPIS
from analytics.kpis.deals import Deals
from analytics.kpis.parts import Part
from analytics.kpis.periods import Period, months_later, within
from analytics.kpis.registry import exact
from analytics.kpis.slots import sum_over
from analytics.models import DealDay
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import Asked, Column, Figure, Line, Table, counted, summed
from crm_site.lib.statistics import Estimate
from crm_site.staff.choices import Scope
from crm_site.staff.models import Team, User
from customers.constants import NOTE_VERB, TALK_VERBS
from customers.models import Activity
from sales.choices import DealStatus
from sales.lists import opportunity_list
from sales.models import Opportunity, SalesTarget

# Name and team by key.
People = dict[int, tuple[str, int | None]]
SUMS = tuple(Deals.__dataclass_fields__)
FIGURES = ("won_value", "won_count", "win_rate", "sales_cycle_days")
KINDS = {
    "customer.call": _("Calls"),
    "customer.meeting": _("Meetings"),
    "customer.mail": _("Mails"),
    "customer.chat": _("Chats"),
    NOTE_VERB: _("Notes"),
}


def performance(asked: Asked) -> list[Table]:
    """Return every colleague with deals, a target or activity in the period."""
    periods = [asked.period, *([asked.previous] if asked.previous else [])]
    facts = asked.part.of(DealDay.objects.visible_to(asked.user))
    slots = [
        {row["owner_id"]: Deals(**{name: row[name] for name in SUMS}) for row in rows}
        for rows in sum_over(facts, SUMS, periods, keys=("owner_id",), by_day=False)
    ]
    people: People = {key: (name, team) for key, name, team in User.objects.values_list("pk", "name", "team_id")}
    open_now, targets, talks = _open(asked), _targets(asked), _talks(asked, people)
    keys = {*slots[0], *open_now, *targets, *(key for key, _verb in talks)}
    names: dict[Any, str] = {None: gettext("nobody"), **{key: name for key, (name, _team) in people.items()}}
    lines = [
        _line(asked, key, names.get(key, gettext("unknown")), slots, open_now, targets, talks)
        for key in sorted(keys, key=lambda key: (-slots[0].get(key, Deals()).won_value, names.get(key, "")))
    ]
    return [
        Table(
            code="reps",
            title=_("By owner"),
            head=_("Owner"),
            columns=_columns(),
            lines=lines,
            note=_("Deals count for who owns them now; activities for who logged them."),
        )
    ]


def _columns() -> list[Column]:
    kpis = [KPIS[code] for code in FIGURES]
    own = [
        Column(code=kpi.code, label=kpi.title, unit=kpi.unit, definition=kpi.definition, rise_is_good=kpi.rise_is_good)
        for kpi in kpis
    ]
    return [
        own[0],
        Column(
            code="target", label=_("Target"), unit="money",
            definition=_("Targets of the months in the period; a month that is cut counts by its days."),
        ),
        Column(
            code="attained", label=_("Attained"), unit="percent", counts=False,
            definition=_("Won value in per cent of the target; nothing without a target."),
        ),
        *own[1:],
        Column(code="open", label=_("Open")),
        Column(code="open_value", label=_("Open value"), unit="money"),
        *(Column(code=verb, label=label) for verb, label in KINDS.items()),
    ]  # fmt: skip


def _open(asked: Asked) -> dict[Any, tuple[int, Decimal]]:
    rows = asked.part.of(Opportunity.objects.visible_to(asked.user)).open().order_by()
    found = rows.values("owner_id").annotate(n=Count("pk"), value=Sum("base_amount"))
    return {row["owner_id"]: (row["n"], row["value"]) for row in found}


def _targets(asked: Asked) -> dict[Any, float]:
    """Return what people were to win in the period; a month counts by the share of its days."""
    first, after = asked.period.bounds
    rows = asked.part.of(SalesTarget.objects.visible_to(asked.user)).exclude(owner=None)
    rows = rows.filter(month__gte=first.replace(day=1), month__lt=after)
    found: dict[Any, float] = {}
    for owner, month, amount in rows.values_list("owner_id", "month", "amount"):
        found[owner] = found.get(owner, 0.0) + float(amount) * share_of(month, asked.period)
    return found


def share_of(month: dt.date, period: Period) -> float:
    """Return which share of a month's days lies in a period."""
    following = months_later(month, 1)
    first, after = period.bounds
    return max(0, (min(after, following) - max(first, month)).days) / (following - month).days


def _talks(asked: Asked, people: People) -> dict[tuple[Any, str], int]:
    """Return what people logged, by person and kind: of the colleagues whose records the reader sees."""
    rows = Activity.objects.filter(verb__in=(NOTE_VERB, *TALK_VERBS), actor__isnull=False)
    below = Team.objects.subtree_of(asked.part.team) if asked.part.team is not None else None
    teams = None if below is None else set(below.values_list("pk", flat=True))
    seen = [key for key, person in people.items() if _seen(asked, person, key, teams)]
    if len(seen) < len(people):
        rows = rows.filter(actor__in=seen)
    found = within(rows, "occurred_at", asked.period).order_by().values("actor_id", "verb").annotate(n=Count("pk"))
    return {(row["actor_id"], row["verb"]): row["n"] for row in found}


def _seen(asked: Asked, person: tuple[str, int | None], key: int, teams: set[int] | None) -> bool:
    """Tell whether a colleague is asked for, and within the reader's scope."""
    access, team = asked.user.access, person[1]
    scope = access.view_scope("sales")
    within_scope = scope is Scope.ALL or key == asked.user.pk or (scope is Scope.TEAM and team in access.team_ids)
    return within_scope and asked.part.owner in (None, key) and (teams is None or team in teams)


def _line(
    asked: Asked,
    key: Any,
    name: str,
    slots: list[dict[Any, Deals]],
    open_now: dict[Any, tuple[int, Decimal]],
    targets: dict[Any, float],
    talks: dict[tuple[Any, str], int],
) -> Line:
    now = slots[0].get(key, Deals())
    before = slots[1].get(key, Deals()) if len(slots) > 1 else None
    mine = Part(owner=key, team=asked.part.team)

    def address(code: str) -> str:
        is_open = code == "open"
        url = (
            opportunity_list.url(status=[DealStatus.OPEN.value], sort="close")
            if is_open
            else KPIS[code].rows(asked.period)
        )
        return mine.within(_owned(url, key))

    # Most lines of a long table are never shown, so addresses are made when somebody reads them.
    rows = lazy(address, str)
    figures = {
        code: Figure(
            KPIS[code].figure(now),
            KPIS[code].figure(before) if before is not None else None,
            rows(code),
        )
        for code in FIGURES
    }
    target = targets.get(key)
    count, value = open_now.get(key, (0, Decimal(0)))
    if target:
        figures["target"] = Figure(Estimate(target, None, None, 1))
        figures["attained"] = Figure(exact(100 * float(now.won_value) / target, 1))
    figures["open"] = counted(count, url=rows("open"))
    figures["open_value"] = summed(value, count, url=rows("open"))
    figures |= {verb: counted(talks.get((key, verb), 0)) for verb in KINDS}
    return Line(key=str(key), label=name, figures=figures)


def _owned(url: str, key: Any) -> str:
    """Narrow a list to the records of nobody, which no part names."""
    return url if key is not None else f"{url}{'&' if '?' in url else '?'}owner=none"


register_report(
    Report(
        code="performance",
        title=_("Performance"),
        icon="users",
        summary=_("What each colleague won, against the target, and what they did for it."),
        build=performance,
        bars=("won_value",),
    )
)
