"""The job that values customers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.constants import UNITS
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter, one_of, parse_date
from crm_site.jobs.registry import job


def _share(text: str) -> str:
    """Check a share above 0 and up to 1, and return it as text."""
    if not 0 < float(text) <= 1:
        raise ValueError(text)
    return text


def _rate(text: str) -> str:
    """Check a discount rate above -1 and up to 1 a month, and return it as text."""
    if not -1 < float(text) <= 1:
        raise ValueError(text)
    return text


@job(
    "clv",
    _("Customer lifetime value"),
    "analytics",
    {
        "until": Parameter(parse_date, _("Last day observed; the last day with an order by default")),
        "unit": Parameter(one_of(*UNITS), _("Unit of time: day, week or month"), default="week"),
        "margin": Parameter(_share, _("Margin as a share of revenue"), default="1"),
        "discount": Parameter(_rate, _("Discount rate a month"), default="0.01"),
        "method": Parameter(one_of("probabilistic", "discounted"), _("Method"), default="probabilistic"),
    },
)
def clv(run: JobContext, *, until: str | None, unit: str, margin: str, discount: str, method: str) -> dict[str, Any]:
    """Value all customers over the next twelve months, and put them in tiers."""
    # SciPy takes a second to load and is needed where the job runs, not in every process that knows of it.
    from analytics.services.histories import days_with_orders
    from analytics.services.valuing import Terms, value_from_history, value_with_models
    from analytics.services.writing_values import clear_values

    days = days_with_orders()
    if days is None:
        clear_values(run)
        return {"method": method, "customers": 0, "repeaters": 0, "refused": {"reason": "no_orders"}}
    first, last = days
    terms = Terms(dt.date.fromisoformat(until) if until else last, unit, float(margin), float(discount))
    if method == "discounted":
        return value_from_history(run, terms)
    return value_with_models(run, terms, first)
