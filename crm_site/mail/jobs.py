"""Jobs of the mail room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.registry import job
from crm_site.mail.choices import SendingState
from crm_site.mail.models import OutgoingMail

CHUNK = 5000
DONE = (SendingState.SENT, SendingState.BOUNCED)


@job("forget_mail", _("Forget old outgoing mail"), "setup")
def forget_mail(context: JobContext) -> dict[str, Any]:
    """Remove mails that were sent or refused long ago; what is unknown stays until somebody looks at it."""
    limit = timezone.now() - dt.timedelta(days=settings.MAIL_DAYS)
    old = OutgoingMail.objects.filter(created_at__lt=limit, state__in=DONE)
    removed = 0
    while keys := list(old.order_by("created_at").values_list("pk", flat=True)[:CHUNK]):
        context.raise_if_cancelled()
        removed += OutgoingMail.objects.filter(pk__in=keys).delete()[0]
        context.count(removed=len(keys))
    return {"removed": removed}
