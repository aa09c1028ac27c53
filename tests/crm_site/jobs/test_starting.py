"""Starting: the same work is joined, other work is not, and bad parameters are refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.parameters import ParameterError
from crm_site.jobs.registry import UnknownJobError
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job

TeaJob = Callable[[Any], None]


@pytest.mark.django_db
def test_a_second_start_of_the_same_work_joins_the_first(tea_job: TeaJob) -> None:
    first = start_job("tea", {"kind": "green"})
    assert start_job("tea").pk == first.pk
    assert start_job("tea", {"kind": "black"}).pk != first.pk
    run_job(first.pk)
    assert start_job("tea").pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_starts_at_the_same_moment_are_one_run(tea_job: TeaJob) -> None:
    keys: list[int] = []

    def start() -> None:
        keys.append(start_job("tea", wake=False).pk)
        connection.close()

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("params", [{"kind": "oolong"}, {"on": "2026-02-30"}, {"sugar": "2"}])
def test_a_bad_parameter_starts_nothing(tea_job: TeaJob, params: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        start_job("tea", params)
    assert JobRun.objects.count() == 0


@pytest.mark.django_db
def test_an_unknown_job_is_refused() -> None:
    with pytest.raises(UnknownJobError):
        start_job("coffee")


@pytest.mark.django_db
def test_the_command_prints_how_the_job_ended(tea_job: TeaJob, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("run_job", "tea", "--param", "on=2026-03-01", "--json")
    report = json.loads(capsys.readouterr().out)
    run = JobRun.objects.get()
    assert report == {
        "job": run.pk,
        "state": JobState.SUCCEEDED,
        "result": {"kind": "green", "on": "2026-03-01", "cups": 1},
        "error": "",
    }


@pytest.mark.django_db
def test_the_command_fails_when_the_job_fails(tea_job: TeaJob) -> None:
    def work(context: Any) -> dict[str, Any]:
        raise ValueError("cold")

    tea_job(work)
    with pytest.raises(CommandError, match="cold"):
        call_command("run_job", "tea", "--json")
    with pytest.raises(CommandError, match="no job"):
        call_command("run_job", "coffee")
    with pytest.raises(CommandError, match="oolong"):
        call_command("run_job", "tea", "--param", "kind=oolong")
