"""Starting, cancelling and finding job runs."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from crm_site.events.doorbell import ring_on_commit
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.parameters import parse_parameters
from crm_site.jobs.registry import get_job

if TYPE_CHECKING:
    from crm_site.staff.models import User


def start_job(
    name: str, params: dict[str, Any] | None = None, user: User | None = None, *, wake: bool = True
) -> JobRun:
    """Queue a run and return it, or return the active run of the same work: a second start joins the first.

    Raises UnknownJobError and ParameterError.
    """
    values = parse_parameters(get_job(name).parameters, params or {})
    key = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
    # Another start may win between the look and the insert, and end between the insert and the second look.
    while True:
        active = JobRun.objects.active().filter(name=name, key=key).first()
        if active is not None:
            return active
        try:
            with transaction.atomic():
                run = JobRun.objects.create(name=name, key=key, params=values, started_by=user)
        except IntegrityError:
            continue
        if wake:
            ring_on_commit("jobs.run", run.pk)
        return run


def cancel_job(run: JobRun) -> None:
    """Stop a run: at once while it is queued, at its next chunk while it works, without effect afterwards."""
    queued = JobRun.objects.filter(pk=run.pk, state=JobState.QUEUED)
    if queued.update(state=JobState.CANCELLED, cancel_requested=True, finished_at=timezone.now()):
        return
    JobRun.objects.active().filter(pk=run.pk).update(cancel_requested=True)
