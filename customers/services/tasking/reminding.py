"""Reminders: claimed in PostgreSQL by whoever sweeps first, and told through the outbox."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm_site.events.publishing import publish
from customers.events import TaskReminderDue
from customers.models import Task

CHUNK = 200


def claim_due_reminders(now: dt.datetime, limit: int = 10_000) -> int:
    """Publish a reminder of every open task whose moment has come, each exactly once, and return how many.

    Claim and event are written in one transaction: a worker that dies gives both back, and two at once share the
    work. Nothing of it lives in Redis.
    """
    claimed = 0
    while claimed < limit and (found := _claim(now, min(CHUNK, limit - claimed))):
        claimed += found
    return claimed


def _claim(now: dt.datetime, size: int) -> int:
    with transaction.atomic():
        waiting = Task.objects.open().filter(reminded_at=None, remind_at__lte=now).order_by("remind_at", "pk")
        rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", "remind_at")[:size])
        Task.objects.filter(pk__in=[pk for pk, _at in rows], reminded_at=None).update(reminded_at=now)
        for pk, remind_at in rows:
            publish(TaskReminderDue(task_id=pk, remind_at=remind_at or now))
    return len(rows)
