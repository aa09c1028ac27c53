"""Running a job: claim, work, finish; and the sweep that notices dead workers."""

from __future__ import annotations

import datetime as dt
import time

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.doorbell import ring
from crm_site.jobs.context import JobCancelledError, JobContext, JobLostError
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.registry import get_job
from crm_site.jobs.surroundings import surrounded

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 10
RING_AGAIN_AFTER = dt.timedelta(seconds=10)


def claim(pk: int) -> JobRun | None:
    """Take a queued run for this worker; return None when another has it. One UPDATE decides."""
    claimed = JobRun.objects.filter(pk=pk, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        started_at=Coalesce("started_at", Now()),
        heartbeat_at=Now(),
    )
    return JobRun.objects.select_related("started_by").get(pk=pk) if claimed else None


def run_job(pk: int) -> JobRun | None:
    """Claim a run and work it to its end; return it as it stands then, or None when it was not free."""
    run = claim(pk)
    if run is None:
        return None
    log.info("job_started", job=run.name, run=run.pk, attempt=run.attempt)
    try:
        with JobContext(run) as context:
            definition = get_job(run.name)
            try:
                with surrounded(run):
                    result = definition.function(context, **run.params)
                context.raise_if_cancelled()
            finally:
                run.counts = context.counts
        _finish(run, JobState.SUCCEEDED, result=result)
    except JobCancelledError:
        _finish(run, JobState.CANCELLED)
    except JobLostError:
        log.warning("job_taken_over", job=run.name, run=run.pk, attempt=run.attempt)
    except (OperationalError, InterfaceError) as error:
        # The server went away. The run keeps its state; the sweep hands it out again when it is silent.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        log.warning("job_interrupted", job=run.name, run=run.pk, error=str(error))
        return run
    except Exception as error:
        log.exception("job_failed", job=run.name, run=run.pk)
        _finish(run, JobState.FAILED, error=f"{type(error).__name__}: {error}")
    return JobRun.objects.get(pk=pk)


def _finish(run: JobRun, state: JobState, result: dict[str, object] | None = None, error: str = "") -> None:
    mine = JobRun.objects.filter(pk=run.pk, attempt=run.attempt, state=JobState.RUNNING)
    mine.update(
        state=state,
        finished_at=Now(),
        result=result or {},
        error=error,
        counts=run.counts,
        done=run.total if state == JobState.SUCCEEDED else run.done,
        total=run.total,
        phase="",
    )
    log.info("job_finished", job=run.name, run=run.pk, state=state)


def work_off(after: JobRun, wait_seconds: float = 600.0) -> None:
    """Work the runs that were requested after `after` to their end, or wait for the workers that have them."""
    deadline = time.monotonic() + wait_seconds
    while time.monotonic() < deadline:
        runs = JobRun.objects.active().filter(pk__gt=after.pk).order_by("pk")
        queued = [run.pk for run in runs if run.state == JobState.QUEUED]
        if not runs:
            return
        for pk in queued:
            run_job(pk)
        if not queued:
            time.sleep(0.2)


def sweep() -> None:
    """Hand lost runs out again, or fail them honestly after too many attempts; ring for forgotten ones."""
    for run in JobRun.objects.lost(settings.JOB_LOST_AFTER_SECONDS):
        same = JobRun.objects.lost(settings.JOB_LOST_AFTER_SECONDS).filter(pk=run.pk, attempt=run.attempt)
        if run.cancel_requested:
            same.update(state=JobState.CANCELLED, finished_at=timezone.now())
        elif run.attempt >= MAX_ATTEMPTS:
            gone = _("The worker died %(count)d times; the run was given up.") % {"count": run.attempt}
            same.update(state=JobState.FAILED, error=gone, finished_at=timezone.now())
        elif same.update(state=JobState.QUEUED):
            log.warning("job_requeued", job=run.name, run=run.pk, attempt=run.attempt)
            ring("jobs.run", run.pk)
    waiting = JobRun.objects.filter(state=JobState.QUEUED, attempt=0, created_at__lt=timezone.now() - RING_AGAIN_AFTER)
    requeued = JobRun.objects.filter(state=JobState.QUEUED, heartbeat_at__lt=timezone.now() - 2 * RING_AGAIN_AFTER)
    for pk in (waiting | requeued).order_by("pk").values_list("pk", flat=True)[:20]:
        ring("jobs.run", pk)
