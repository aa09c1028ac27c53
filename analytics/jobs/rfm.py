"""The job that scores customers by recency, frequency and revenue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.services.scoring import score_customers
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter, parse_date
from crm_site.jobs.registry import job
from crm_site.lib.days import organisation_today


@job("rfm", _("RFM scores"), "analytics", {"at": Parameter(parse_date, _("Day, today by default"))})
def rfm(run: JobContext, *, at: str | None) -> dict[str, Any]:
    """Score all customers as they stood on a day of the organisation's time zone."""
    return score_customers(run, dt.date.fromisoformat(at) if at else organisation_today())
