"""The jobs that report what surveys say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.kpis.periods import Period
from analytics.selectors.answers import report_answers
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter, parse_date
from crm_site.jobs.registry import job
from service.choices import SurveyKind


def _parse_key(text: str) -> int:
    key = int(text)
    if key < 1:
        raise ValueError(text)
    return key


PARAMETERS = {
    "from": Parameter(parse_date, _("First day; from the beginning by default")),
    "to": Parameter(parse_date, _("Day after the last; until now by default")),
    "survey": Parameter(_parse_key, _("One survey by its key; all by default")),
}


def _report(kind: SurveyKind, params: dict[str, Any]) -> dict[str, Any]:
    ends = (dt.date.fromisoformat(params[name]) if params[name] else None for name in ("from", "to"))
    return report_answers(kind, Period(*ends), params["survey"])


# `from` is a keyword of Python, so parameters come as a dictionary.
@job("nps", _("NPS"), "analytics", PARAMETERS)
def nps(run: JobContext, **params: Any) -> dict[str, Any]:
    """Report the net promoter score of a period, by month and by score."""
    return _report(SurveyKind.NPS, params)


@job("csat", _("CSAT"), "analytics", PARAMETERS)
def csat(run: JobContext, **params: Any) -> dict[str, Any]:
    """Report customer satisfaction of a period, by month and by score."""
    return _report(SurveyKind.CSAT, params)
