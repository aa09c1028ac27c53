"""Jobs of the forms room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.forms.choices import FORGETTABLE
from crm_site.forms.models import Submission
from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job

CHUNK = 5000


@job("forget_submissions", _("Forget spam and unconfirmed web forms"), "setup")
def forget_submissions(context: JobContext) -> dict[str, Any]:
    """Delete what came in long ago and led to nothing: spam, refused, never confirmed, and tests."""
    limit = timezone.now() - dt.timedelta(days=settings.FORM_DAYS)
    old = Submission.objects.filter(received_at__lt=limit, state__in=FORGETTABLE)
    removed = 0
    while keys := list(old.order_by("received_at").values_list("pk", flat=True)[:CHUNK]):
        context.raise_if_cancelled()
        removed += Submission.objects.filter(pk__in=keys).delete()[0]
        context.count(removed=len(keys))
    return {"removed": removed}
