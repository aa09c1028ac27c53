"""The job that keeps what the forecast is today."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from crm_site.lib.days import organisation_today
from sales.services.snapshotting import snapshot_forecast


@job("forecast_snapshots", _("Snapshots of the forecast"), "sales")
def forecast_snapshots(run: JobContext) -> dict[str, Any]:
    """Write today's snapshot; a second run of the day replaces it."""
    run.count(rows=snapshot_forecast(organisation_today(), settings.ORGANISATION_TIME_ZONE))
    return run.counts
