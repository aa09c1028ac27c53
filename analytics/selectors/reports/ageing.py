"""Ageing: how old the open deals are, stage by stage, and how many of them stall."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.constants import AGE_EDGES
from analytics.kpis.periods import DAY, Period
from analytics.models import StageDay
from analytics.selectors.reports.funnel import OPEN
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import Asked, Column, Figure, Line, Table, counted, summed
from crm_site.lib.days import organisation_today, organisation_zone
from crm_site.lib.statistics import wilson
from sales.lists import opportunity_list
from sales.lists.deal_choices import STALLED
from sales.models import Opportunity, Stage

Banded = dict[tuple[int, int], tuple[int, Decimal]]
STARTS = (0, *AGE_EDGES)


def ageing(asked: Asked) -> list[Table]:
    """Return the open deals by stage and age, as they stand now."""
    open_now, stalled = _open(asked), _stalled(asked)
    known = {stage for stage, _band in open_now}
    stages = Stage.objects.filter(pk__in=known).select_related("pipeline")
    lines = [
        _line(asked, [stage.pk], f"{stage.pipeline.label}: {stage.label}", open_now, stalled)
        for stage in stages.order_by("pipeline__position", "position", "id")
    ]
    total = _line(asked, sorted(known), gettext("All"), open_now, stalled, narrowed=False) if known else None
    return [
        Table(
            code="ageing",
            title=_("Open deals by age"),
            head=_("Stage"),
            columns=_columns(),
            lines=lines,
            total=total,
            note=_("Days since the deal was opened; as it stands now, whatever the period."),
        )
    ]


def bands() -> list[Period]:
    """Return the days of opening of each age band, the youngest first."""
    after = organisation_today() + DAY
    ends = [after - start * DAY for start in STARTS]
    return [Period(ends[at + 1] if at + 1 < len(ends) else None, ends[at]) for at in range(len(ends))]


def _columns() -> list[Column]:
    last = len(STARTS) - 1
    names = [
        gettext("%(days)s days and more") % {"days": start}
        if at == last
        else gettext("%(first)s–%(last)s days") % {"first": start, "last": STARTS[at + 1] - 1}
        for at, start in enumerate(STARTS)
    ]
    return [
        *(Column(code=f"band-{at}", label=name) for at, name in enumerate(names)),
        Column(code="open", label=_("Open")),
        Column(code="value", label=_("Value"), unit="money"),
        Column(
            code="stalled", label=_("Stalled"), unit="percent",
            definition=_("Deals left alone for longer than their stage allows, in per cent of the open ones."),
        ),
    ]  # fmt: skip


def _open(asked: Asked) -> Banded:
    """Return how many deals are open in each stage and age band, and what they are worth."""
    facts = asked.part.of(StageDay.objects.visible_to(asked.user)).filter(here__gt=0).order_by()
    rows = facts.values("stage", "day").annotate(Sum("here"), Sum("here_value"))
    return _banded(rows.values_list("stage", "day", "here__sum", "here_value__sum"))


def _stalled(asked: Asked) -> Banded:
    rows = asked.part.of(Opportunity.objects.visible_to(asked.user)).stalled(timezone.now()).order_by()
    days = rows.values("stage").annotate(day=TruncDate("opened_at", tzinfo=organisation_zone()), n=Count("pk"))
    return _banded(days.annotate(Sum("base_amount")).values_list("stage", "day", "n", "base_amount__sum"))


def _banded(rows: Any) -> Banded:
    found: Banded = {}
    today = organisation_today()
    for stage, day, count, value in rows:
        age = (today - day).days
        at = stage, max(0, sum(start <= age for start in STARTS) - 1)
        former = found.get(at, (0, Decimal(0)))
        found[at] = former[0] + count, former[1] + value
    return found


def _line(
    asked: Asked,
    stages: Sequence[int],
    label: str,
    open_now: Banded,
    stalled: Banded,
    *,
    narrowed: bool = True,
) -> Line:
    which = {"stage": list(stages)} if narrowed else {}

    def rows(**more: Any) -> str:
        return asked.part.within(opportunity_list.url(status=OPEN, sort="close", **which, **more))

    def total(found: Banded, at: int | None = None) -> tuple[int, Decimal]:
        parts = [one for (stage, band), one in found.items() if stage in stages and at in (None, band)]
        return sum(one[0] for one in parts), sum((one[1] for one in parts), Decimal(0))

    figures: dict[str, Figure] = {
        f"band-{at}": counted(total(open_now, at)[0], url=rows(opened=band.shown)) for at, band in enumerate(bands())
    }
    count, value = total(open_now)
    late = min(count, total(stalled)[0])
    figures["open"] = counted(count, url=rows())
    figures["value"] = summed(value, count, url=rows())
    figures["stalled"] = Figure(wilson(late, count).scaled(100), None, rows(wants=[STALLED]))
    return Line(key="-".join(map(str, stages)), label=label, figures=figures)


register_report(
    Report(
        code="ageing",
        title=_("Ageing"),
        icon="hourglass",
        summary=_("How old the open deals are in each stage, and how many stall."),
        build=ageing,
        periodic=False,
    )
)
