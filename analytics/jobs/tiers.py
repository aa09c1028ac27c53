"""The job that assigns value tiers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.services.tiers import assign_tiers
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job


@job("value_tiers", _("Value tiers"), "analytics")
def value_tiers(run: JobContext) -> dict[str, Any]:
    """Put every valued customer in the high, medium or low tier of value."""
    return {"tiers": assign_tiers(run)}
