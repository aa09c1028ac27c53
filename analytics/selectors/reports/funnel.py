"""The funnel: how far the deals opened in a period came, where they were lost, and how long they stood."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.kpis.leads import spread
from analytics.kpis.periods import Period
from analytics.kpis.quantiles import Counts, median_of, percentile_of
from analytics.kpis.slots import sum_over
from analytics.models import StageDay
from analytics.selectors.reports.registry import Report, register_report
from analytics.selectors.reports.tables import (
    Asked,
    Column,
    Figure,
    Line,
    Table,
    counted,
    summed,
)
from crm_site.lib.statistics import Estimate, wilson
from sales.choices import DealStatus
from sales.lists import opportunity_list
from sales.models import Pipeline, Stage

if TYPE_CHECKING:
    from crm_site.staff.models import User

SUMS = ("entered", "here", "won", "lost", "lost_value")
OPEN, WON, LOST = [DealStatus.OPEN.value], [DealStatus.WON.value], [DealStatus.LOST.value]
HOURS_A_DAY = 24
COLUMNS = (
    Column(
        code="entered", label=_("Entered"), rise_is_good=True,
        definition=_("How many of the deals opened in the period ever stood in the stage."),
    ),
    Column(code="here", label=_("Still there"), definition=_("Open deals that stand in the stage now.")),
    Column(
        code="lost", label=_("Lost there"),
        definition=_("Deals that were lost while they stood in the stage."), rise_is_good=False,
    ),
    Column(code="lost_value", label=_("Value lost"), unit="money", rise_is_good=False),
    Column(
        code="leakage", label=_("Leakage"), unit="percent", rise_is_good=False,
        definition=_("Lost there in per cent of entered, with Wilson's interval at 95 %."),
    ),
    Column(
        code="onward", label=_("Went on"), unit="percent", rise_is_good=True,
        definition=_("Deals that left the stage for another or were won from it, in per cent of entered."),
    ),
    Column(
        code="median", label=_("Median time"), unit="days", rise_is_good=False,
        definition=_("The median of the stays in the stage that have ended, exact to half an hour; n counts stays."),
    ),
    Column(code="p90", label=_("90% within"), unit="days", rise_is_good=False),
)  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """What became of the deals in one stage."""

    entered: int = 0
    here: int = 0
    won: int = 0
    lost: int = 0
    lost_value: Decimal = Decimal(0)


def funnel(asked: Asked) -> list[Table]:
    """Return the stages of a pipeline in their order."""
    known = _stages(asked.user)
    if not known:
        return []
    pipeline = next((one for one in known if one.pk == asked.pipeline), next(iter(known)))
    periods = [asked.period, *([asked.previous] if asked.previous else [])]
    facts = asked.part.of(StageDay.objects.visible_to(asked.user)).filter(stage__pipeline=pipeline)
    sums = [_by_stage(rows) for rows in sum_over(facts, SUMS, periods, keys=("stage_id",))]
    stays = spread(facts, "hours", periods, keys=("stage_id",))
    lines = []
    for stage in known[pipeline]:
        found = [one.get(stage.pk, Standing()) for one in sums]
        if stage.is_active or found[0].entered:
            lines.append(_line(asked, stage, found, [one.get((stage.pk,), {}) for one in stays]))
    return [
        Table(
            code="stages",
            title=gettext("Stages of %(pipeline)s") % {"pipeline": pipeline.label},
            head=_("Stage"),
            columns=COLUMNS,
            lines=lines,
            note=_("Deals by the day they were opened. Each counts in every stage it ever stood in."),
            extra={"pipelines": [(one.pk, one.label) for one in known], "pipeline": pipeline.pk},
        )
    ]


def _stages(user: User) -> dict[Pipeline, list[Stage]]:
    """Return the pipelines with their stages, the default one first."""
    found: dict[Pipeline, list[Stage]] = {}
    stages = Stage.objects.visible_to(user).select_related("pipeline")
    for stage in stages.order_by("-pipeline__is_default", "pipeline__position", "pipeline", "position", "id"):
        found.setdefault(stage.pipeline, []).append(stage)
    return found


def _by_stage(rows: list[dict[str, Any]]) -> dict[int, Standing]:
    return {row["stage_id"]: Standing(**{name: row[name] for name in SUMS}) for row in rows}


def _line(asked: Asked, stage: Stage, found: list[Standing], hours: list[Counts]) -> Line:
    now, before = found[0], (found[1] if len(found) > 1 else None)
    median = [median_of(one).scaled(1 / HOURS_A_DAY) for one in hours]
    most = [percentile_of(one, 0.9).scaled(1 / HOURS_A_DAY) for one in hours]
    everything = _entered(asked, stage, asked.period)
    figures = {
        "entered": counted(now.entered, before and before.entered, everything),
        "here": counted(now.here, url=_standing(asked, stage, OPEN)),
        "lost": counted(now.lost, before and before.lost, _standing(asked, stage, LOST)),
        "lost_value": summed(now.lost_value, now.lost, before and before.lost_value, _standing(asked, stage, LOST)),
        "leakage": Figure(leakage(now), leakage(before) if before else None, everything),
        "onward": Figure(onward(now), onward(before) if before else None, everything),
        "median": Figure(median[0], median[1] if before else None, everything),
        "p90": Figure(most[0], most[1] if before else None, everything),
    }
    return Line(key=str(stage.pk), label=stage.label, figures=figures)


def leakage(one: Standing) -> Estimate:
    """Return the share lost in a stage, in per cent of those who came there."""
    return wilson(one.lost, one.entered).scaled(100)


def onward(one: Standing) -> Estimate:
    """Return the share that left a stage for better, in per cent of those who came there."""
    return wilson(max(0, one.entered - one.here - one.lost), one.entered).scaled(100)


def _entered(asked: Asked, stage: Stage, period: Period) -> str:
    rows = opportunity_list.url(status=DealStatus.values, stood=[stage.pk], opened=period.shown, sort="-amount")
    return asked.part.within(rows)


def _standing(asked: Asked, stage: Stage, status: list[str]) -> str:
    rows = opportunity_list.url(status=status, stage=[stage.pk], opened=asked.period.shown, sort="-amount")
    return asked.part.within(rows)


register_report(
    Report(
        code="funnel",
        title=_("Funnel"),
        icon="filter",
        summary=_("How far deals come, where they leak, and how long they stand in each stage."),
        build=funnel,
        asks=("pipeline",),
        bars=("entered",),
    )
)
