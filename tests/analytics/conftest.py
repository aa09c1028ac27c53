"""What the tests of analytics share."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from crm_site.events.delivering import deliver_pending
from crm_site.jobs.models import JobRun
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job

Work = Callable[..., JobRun]


@pytest.fixture(autouse=True)
def quiet_heart(settings: Any) -> None:
    """Work without the heartbeat's thread, which cannot see the test's transaction."""
    settings.JOB_HEARTBEAT_SECONDS = 0


@pytest.fixture
def work() -> Work:
    """Return how to run a job to its end here and now."""

    def run(name: str, params: Mapping[str, Any] | None = None) -> JobRun:
        done = run_job(start_job(name, dict(params or {}), wake=False).pk)
        assert done is not None
        assert done.error == ""
        return done

    return run


@pytest.fixture
def follow() -> Callable[[], int]:
    """Return how to deliver what the outbox owes, as the worker does."""
    return deliver_pending
