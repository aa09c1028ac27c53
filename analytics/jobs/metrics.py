"""The job that rebuilds live figures from the rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from analytics.services.rebuilding import rebuild
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from crm_site.jobs.starting import start_job


@job(
    "metrics",
    _("Live figures"),
    "analytics",
    {"cause": Parameter(str, _("What asked for it; runs of different causes do not join"), default="")},
)
def metrics(run: JobContext, *, cause: str) -> dict[str, Any]:
    """Rebuild the counters of customers and all daily facts; after an import the scores follow.

    An import that ends while a rebuild works may lie behind it already, so its own run, told apart by `cause`,
    follows instead of joining.
    """
    result = rebuild(run)
    if cause.startswith("orders:"):
        for name in ("rfm", "clv"):
            start_job(name, user=run.user)
    if cause:
        start_job("health", {"cause": cause}, user=run.user)
        start_job("lifecycle", {"cause": cause}, user=run.user)
    return result
