"""The nightly job that keeps the counters of days short."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.assignment.models import AssignmentDay
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job

# Only today's counters are asked; the others stay for a look back at a month.
KEPT_DAYS = 31


@job("forget_assignment_days", _("Forget old days of assignment"), "setup", listed=False)
def forget_assignment_days(context: JobContext) -> dict[str, Any]:
    """Delete counters of days that are over; the log tells who got what for as long as the records live."""
    before = timezone.now().date() - dt.timedelta(days=KEPT_DAYS)
    removed, _by_model = AssignmentDay.objects.filter(day__lt=before).delete()
    context.count(removed=removed)
    return {"removed": removed}
