"""A job for tests, and time that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter, one_of, parse_date
from crm_site.jobs.registry import JOBS, job

Work = Callable[[JobContext], dict[str, Any]]


@pytest.fixture(autouse=True)
def no_heartbeat(settings: Settings) -> None:
    """Beat only when a test says so: a thread would not see the test's transaction."""
    settings.JOB_HEARTBEAT_SECONDS = 0


@pytest.fixture
def tea_job() -> Iterator[Callable[[Work], None]]:
    """Register a job called `tea` whose work the test gives."""
    parameters = {"kind": Parameter(one_of("green", "black"), "Kind", "green"), "on": Parameter(parse_date, "Day")}
    work: list[Work] = [lambda context: {"cups": 1}]

    @job("tea", "Tea", "analytics", parameters)
    def tea(context: JobContext, *, kind: str, on: str | None) -> dict[str, Any]:
        return {"kind": kind, "on": on} | work[0](context)

    def replace(new: Work) -> None:
        work[0] = new

    yield replace
    JOBS.pop("tea")
