"""The job that finds the topics of needs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from sales.services.needs import find_topics


@job("need_topics", _("Topics of needs"), "sales")
def need_topics(run: JobContext) -> dict[str, Any]:
    """Group the needs by what their texts speak of."""
    run.count(**find_topics())
    return run.counts
