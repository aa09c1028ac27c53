"""Figures of surveys: NPS, CSAT and the mean score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from analytics.kpis.parts import EVERYTHING, Part
from analytics.kpis.periods import Period, within
from analytics.kpis.registry import Kpi, Source, register_kpi
from analytics.kpis.slots import sum_over
from analytics.models import SurveyDay
from crm_site.lib.statistics import (
    Estimate,
    NetPromoterScore,
    mean_interval,
    net_promoter_score,
    satisfaction_score,
)
from service.choices import SurveyKind
from service.lists import answer_list
from service.models import SurveyAnswer

if TYPE_CHECKING:
    from crm_site.staff.models import User

# Answers by kind, then by score from the lowest of its scale.
Answers = dict[str, list[int]]


def empty_answers() -> Answers:
    """Return no answers of any kind."""
    return {kind.value: [0] * (kind.scale[1] - kind.scale[0] + 1) for kind in SurveyKind}


def load_answers(user: User, periods: Sequence[Period], part: Part = EVERYTHING) -> list[Answers]:
    """Return the answers of each period that the reader may see, counted by kind and score."""
    summed = sum_over(part.of(SurveyDay.objects.visible_to(user)), ("answers",), periods, ("kind", "score"))
    found = []
    for rows in summed:
        answers = empty_answers()
        for row in rows:
            answers[row["kind"]][row["score"] - SurveyKind(row["kind"]).scale[0]] += row["answers"]
        found.append(answers)
    return found


def recount_answers(user: User, period: Period, part: Part = EVERYTHING) -> Answers:
    """Return the answers of a period from the answers themselves."""
    rows = within(part.of(SurveyAnswer.objects.visible_to(user)), "answered_at", period).order_by()
    answers = empty_answers()
    for kind, score, count in rows.values("kind", "score").annotate(n=Count("pk")).values_list("kind", "score", "n"):
        answers[kind][score - SurveyKind(kind).scale[0]] = count
    return answers


ANSWERS = Source("answers", "service", load_answers, recount=recount_answers)


def nps_of(counts: Sequence[int]) -> NetPromoterScore:
    """Return the NPS of answers counted by score from 0 to 10."""
    return net_promoter_score(sum(counts[:7]), sum(counts[7:9]), sum(counts[9:]))


def mean_of(counts: Sequence[int], lowest: int) -> Estimate:
    """Return the mean score with its interval, from answers counted by score from the lowest."""
    scored = list(enumerate(counts, lowest))
    total, squares = (sum(count * score**power for score, count in scored) for power in (1, 2))
    return mean_interval(sum(counts), total, squares)


def nps(answers: Answers) -> Estimate:
    """Return the NPS."""
    return nps_of(answers[SurveyKind.NPS])


def csat(answers: Answers) -> Estimate:
    """Return CSAT in per cent, top two boxes."""
    return satisfaction_score(answers[SurveyKind.CSAT])


def satisfaction_mean(answers: Answers) -> Estimate:
    """Return the mean of satisfaction scores."""
    return mean_of(answers[SurveyKind.CSAT], 1)


def _of_kind(kind: SurveyKind) -> Callable[[Period], str]:
    return lambda period: answer_list.url(kind=kind.value, answered=period.shown, sort="-answered")


def _query(kind: str) -> str:
    return (
        f"SELECT score, sum(answers)\nFROM analytics_surveyday\nWHERE kind = '{kind}' AND day >= :from AND day < :to\n"
        "  AND <your scope>\nGROUP BY score"
    )


register_kpi(
    Kpi(
        code="nps",
        title=_("NPS"),
        unit="points",
        source=ANSWERS,
        figure=nps,
        definition=_(
            "Net promoter score: the share of answers 9–10 less the share of answers 0–6, in points from −100 to 100; "
            "7–8 count in n. The interval (95 %) is ±1.96 standard errors, and the adjusted Wald interval below 30 "
            "answers or when all answers agree."
        ),
        query=_query("nps"),
        rows=_of_kind(SurveyKind.NPS),
    )
)
register_kpi(
    Kpi(
        code="csat",
        title=_("CSAT"),
        unit="percent",
        source=ANSWERS,
        figure=csat,
        definition=_(
            "Customer satisfaction: the share of answers 4 or 5 on the scale from 1 to 5. The interval is Wilson's at "
            "95 %. A changed answer replaces the earlier one; skipped questions are no answers."
        ),
        query=_query("csat"),
        rows=_of_kind(SurveyKind.CSAT),
    )
)
register_kpi(
    Kpi(
        code="satisfaction_mean",
        title=_("Mean CSAT score"),
        unit="score",
        source=ANSWERS,
        figure=satisfaction_mean,
        definition=_(
            "The mean of the answers from 1 to 5. It is another figure than CSAT: two shops with the same mean can "
            "have very different shares of satisfied customers. The interval is Student's t at 95 %."
        ),
        query=_query("csat"),
        rows=_of_kind(SurveyKind.CSAT),
    )
)
