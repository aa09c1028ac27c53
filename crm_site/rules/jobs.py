"""The nightly job that keeps the log of fired rules short."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from crm_site.rules.firing import KEPT_DAYS, forget_firings
from crm_site.rules.models import RuleFiring


@job("forget_firings", _("Forget old firings of rules"), "setup", listed=False)
def forget_old_firings(context: JobContext) -> dict[str, Any]:
    """Delete firings older than KEPT_DAYS in chunks, so that no lock lasts."""
    before = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    total, done = RuleFiring.objects.filter(fired_at__lt=before).count(), 0
    while removed := forget_firings(before):
        done += removed
        context.progress(done, total)
        context.raise_if_cancelled()
    context.count(removed=done)
    return {"removed": done}
