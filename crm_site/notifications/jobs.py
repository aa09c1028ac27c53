"""Jobs of notifications."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from crm_site.notifications.models import Notification

CHUNK = 5000


@job("forget_notifications", _("Forget old notifications"), "setup")
def forget_notifications(context: JobContext) -> dict[str, Any]:
    """Remove notifications that are older than the settings keep them."""
    limit = timezone.now() - dt.timedelta(days=settings.NOTIFICATION_DAYS)
    removed = 0
    # Keys and moments grow together, so the oldest are found by the key.
    while keys := list(Notification.objects.order_by("pk").values_list("pk", "created_at")[:CHUNK]):
        old = [pk for pk, at in keys if at < limit]
        if not old:
            break
        context.raise_if_cancelled()
        Notification.objects.filter(pk__in=old).delete()
        removed += len(old)
        context.count(removed=len(old))
    return {"removed": removed}
