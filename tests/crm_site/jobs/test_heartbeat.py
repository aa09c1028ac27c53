"""The heartbeat: seen by others while the work's transaction is open, and it learns of a cancellation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from crm_site.jobs.context import JobContext
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job

TeaJob = Callable[[Callable[[JobContext], dict[str, Any]]], None]


@pytest.mark.django_db(transaction=True)
def test_progress_and_cancellation_pass_while_a_transaction_is_open(tea_job: TeaJob, settings: Settings) -> None:
    settings.JOB_HEARTBEAT_SECONDS = 0.02
    seen: list[tuple[int, int]] = []

    def outside() -> None:
        """Look and cancel from another connection, as a page would."""

        def look() -> None:
            run = JobRun.objects.get(name="tea")
            seen.append((run.done, run.total))
            JobRun.objects.update(cancel_requested=True)
            connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    def work(context: JobContext) -> dict[str, Any]:
        with transaction.atomic():
            context.progress(7, 10)
            time.sleep(0.2)
            outside()
            time.sleep(0.2)
            context.raise_if_cancelled()
        return {}

    tea_job(work)
    run = run_job(start_job("tea", wake=False).pk)
    assert seen == [(7, 10)]
    assert run is not None
    assert run.state == JobState.CANCELLED
