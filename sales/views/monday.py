"""The Monday page: how the open deals moved since a Monday, as steps from sum to sum, by person and deal by deal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from crm_site.lib.days import organisation_today
from crm_site.pages import formatting
from crm_site.staff.choices import Scope
from sales.choices import ChangeKind, DealHealth, DealStatus
from sales.lists import opportunity_list
from sales.lists.forecast_filters import Changed
from sales.selectors.monday import STEPS, Monday, Movement, Week, read_monday
from sales.selectors.periods import WEEK, Reach
from sales.views.forecast import LARGEST, reader, whole

BEFORE, AFTER = "before", "after"
STEP_NAMES = {
    "created": ChangeKind.CREATED.label,
    "reopened": ChangeKind.REOPENED.label,
    "amount": ChangeKind.AMOUNT.label,
    "handed": gettext_lazy("Handed over"),
    "won": ChangeKind.WON.label,
    "lost": ChangeKind.LOST.label,
}
# The figures on top, in this order; those of the ledger by their kinds.
FIGURES = (
    ChangeKind.CREATED, ChangeKind.WON, ChangeKind.LOST, ChangeKind.REOPENED, ChangeKind.MOVED, ChangeKind.SLIPPED,
    ChangeKind.PULLED, ChangeKind.AMOUNT, ChangeKind.GIVEN, ChangeKind.TAKEN,
)  # fmt: skip
WITHOUT_SUM = (ChangeKind.MOVED, ChangeKind.SLIPPED, ChangeKind.PULLED)


@dataclass(frozen=True)
class Figure:
    """A number of deals with what they come to."""

    label: Any
    count: str
    context: str
    url: str


@dataclass(frozen=True)
class Step:
    """One bar from the sum then to the sum now: where it begins and how wide it is, in per mille of the row."""

    label: Any
    words: str
    url: str
    tone: str
    x: int
    width: int


@require_safe
@login_required
def monday(request: HttpRequest) -> HttpResponse:
    """Show how the open deals moved."""
    user = reader(request)
    reach, week = Reach.read(user, request.GET.dict()), Week.read(request.GET.get("week", ""))
    told = read_monday(reach, week)
    floor, steps = waterfall(told.total, week, reach)
    rows = changed_url(week, reach)
    context = {
        "page_title": _("Monday"),
        "reach": reach,
        "week": week,
        "told": told,
        "figures": figures(told, reach),
        "steps": steps,
        "floor": floor,
        "heads": [STEP_NAMES[name] for name, _kinds in STEPS],
        "people": [person(one, week, reach) for one in told.people],
        "rows_url": rows,
        "state": rows.partition("?")[2],
        "ways": ways(reach, week),
        "address": reverse("sales:monday"),
        "today": organisation_today(),
    }
    return render(request, "sales/forecast/monday.html", context)


def ways(reach: Reach, week: Week) -> dict[str, str]:
    """Return the addresses of the weeks around; none after the present one."""
    asked = {"before": week.start - WEEK}
    if week.end is not None:
        asked["after"] = week.end
    return {name: f"?{urlencode({'week': day.isoformat(), **reach.params})}" for name, day in asked.items()}


def changed_url(week: Week, reach: Reach, *kinds: str, owner: int | str | None = None) -> str:
    """Return the address of the deals to which this happened in the week."""
    team = reach.team.pk if reach.team else None
    return opportunity_list.url(changed=Changed(kinds, week.start, week.last, owner, team), sort=LARGEST)


def figures(told: Monday, reach: Reach) -> list[Figure]:
    """Return the figures on top of the page, each with the address of its rows."""
    found = [_figure(kind, told, reach) for kind in FIGURES]
    narrowed: dict[str, Any] = {"team": reach.team.pk} if reach.team else {}
    url = opportunity_list.url(status=[DealStatus.OPEN.value], wants=[DealHealth.NO_STEP.value], **narrowed)
    total = told.total
    lacking = Figure(DealHealth.NO_STEP.label, formatting.number(total.stepless), whole(total.stepless_sum), url)
    return [*found, lacking]


def _figure(kind: ChangeKind, told: Monday, reach: Reach) -> Figure:
    one = told.total.told.get(kind)
    deals, lines, delta = (one.deals, one.lines, one.delta) if one else (0, 0, Decimal(0))
    context = "" if kind in WITHOUT_SUM or not deals else whole(abs(delta))
    if kind == ChangeKind.AMOUNT and deals:
        context = signed(delta)
    if kind == ChangeKind.SLIPPED and deals:
        context = ngettext("%(count)s push", "%(count)s pushes", lines) % {"count": formatting.number(lines)}
    if kind == ChangeKind.GIVEN and told.given_seen < deals and reach.scope is not Scope.ALL:
        words = {"seen": formatting.number(told.given_seen), "all": formatting.number(deals)}
        context += " · " + _("%(seen)s of %(all)s visible to you") % words
    return Figure(kind.label, formatting.number(deals), context, changed_url(told.week, reach, kind) if deals else "")


def signed(amount: Decimal) -> str:
    """Return an amount of money with its sign."""
    if not amount:
        return "–"
    return ("+" if amount > 0 else "−") + whole(abs(amount))


def waterfall(total: Movement, week: Week, reach: Reach) -> tuple[str, list[Step]]:
    """Return where the bars begin, when that is not at nothing, and the bars from the sum then to the sum now."""
    at, levels = total.before, [total.before]
    for amount in total.steps.values():
        at += amount
        levels.append(at)
    low, high = min(levels), max(levels)
    floor = max(Decimal(0), low - (high - low) * 3 / 10) if high > low > high / 2 else min(Decimal(0), low)

    def place(one: Decimal, other: Decimal) -> tuple[int, int]:
        reach_ = high - floor or Decimal(1)
        start, end = (int(1000 * (value - floor) / reach_) for value in sorted((one, other)))
        return start, max(end - start, 4 if one != other else 0)

    steps = [Step(_("Open then"), whole(total.before), "", "sum", *place(floor, total.before))]
    at = total.before
    for name, kinds in STEPS:
        amount = total.step(name)
        tone = "won" if name == "won" else "up" if amount > 0 else "down"
        url = changed_url(week, reach, *kinds) if any(kind in total.told for kind in kinds) else ""
        steps.append(Step(STEP_NAMES[name], signed(amount), url, tone, *place(at, at + amount)))
        at += amount
    label = _("Open now") if week.end is None else _("Open at the end")
    steps.append(Step(label, whole(total.after), "", "sum", *place(floor, total.after)))
    return (whole(floor) if floor > 0 else ""), steps


def person(moved: Movement, week: Week, reach: Reach) -> dict[str, Any]:
    """Return somebody's line: the steps between their sums, and what did not move sums."""
    owner: int | str = moved.owner.pk if moved.owner else "none"
    cells = [
        (signed(amount) if amount else "", changed_url(week, reach, *dict(STEPS)[name], owner=owner))
        for name, amount in moved.steps.items()
    ]
    counts = [
        (moved.told[kind].deals if kind in moved.told else 0, changed_url(week, reach, kind, owner=owner))
        for kind in (ChangeKind.MOVED, ChangeKind.SLIPPED)
    ]
    narrowed: dict[str, Any] = {"team": reach.team.pk} if reach.team else {}
    lacking = opportunity_list.url(
        status=[DealStatus.OPEN.value], wants=[DealHealth.NO_STEP.value], owner=owner, **narrowed
    )
    return {
        "name": moved.owner or _("nobody"),
        "before": whole(moved.before),
        "after": whole(moved.after),
        "cells": cells,
        "counts": [*counts, (moved.stepless, lacking)],
    }
