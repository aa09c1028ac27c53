"""What surveys say in a period, counted from the answers themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncMonth

from analytics.kpis.periods import Period, within
from analytics.kpis.surveys import mean_of, nps_of
from crm_site.lib.days import organisation_zone
from crm_site.lib.statistics import Estimate, satisfaction_score
from service.choices import SurveyKind
from service.models import SurveyAnswer


def report_answers(kind: SurveyKind, period: Period, survey: int | None = None) -> dict[str, Any]:
    """Return the figure of all answers of a kind in a period with its interval, by month and by score."""
    counted: dict[Any, list[int]] = {}
    lowest, highest = kind.scale
    for month, score, answers in _grouped(kind, period, survey):
        counts = counted.setdefault(month, [0] * (highest - lowest + 1))
        counts[score - lowest] += answers
    total = [sum(column) for column in zip(*counted.values(), strict=True)] or [0] * (highest - lowest + 1)
    return {
        "kind": kind.value,
        "from": period.start and period.start.isoformat(),
        "to": period.end and period.end.isoformat(),
        "time_zone": settings.ORGANISATION_TIME_ZONE,
        **_figure(kind, total),
        "by_score": {str(score): count for score, count in enumerate(total, lowest)},
        "by_month": [{"month": f"{month:%Y-%m}", **_figure(kind, counts)} for month, counts in sorted(counted.items())],
    }


def _grouped(kind: SurveyKind, period: Period, survey: int | None) -> QuerySet[Any, Any]:
    rows = within(SurveyAnswer.objects.of_kind(kind), "answered_at", period)
    if survey is not None:
        rows = rows.filter(survey=survey)
    month = TruncMonth("answered_at", tzinfo=organisation_zone())
    return (
        rows.order_by()
        .annotate(month=month)
        .values("month", "score")
        .annotate(answers=Count("pk"))
        .values_list("month", F("score"), "answers")
    )


def _figure(kind: SurveyKind, counts: list[int]) -> dict[str, Any]:
    if kind is SurveyKind.NPS:
        score = nps_of(counts)
        parts = {"detractors": sum(counts[:7]), "passives": sum(counts[7:9]), "promoters": sum(counts[9:])}
        doubt = {"standard_error": score.standard_error, "margin": score.margin, "adjusted": score.adjusted}
        return {**_estimate(score), **doubt, **parts}
    return {**_estimate(satisfaction_score(counts)), "mean": mean_of(counts, kind.scale[0]).value}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
