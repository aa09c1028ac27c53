"""Runs: claimed by one worker, fenced by attempt, resumed from the checkpoint, honest at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from crm_site.jobs import running
from crm_site.jobs.context import JobContext, JobLostError
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.running import claim, run_job, sweep
from crm_site.jobs.starting import cancel_job, start_job
from crm_site.staff.models import Team

pytestmark = pytest.mark.django_db
TeaJob = Callable[[Callable[[JobContext], dict[str, Any]]], None]


def silence(run: JobRun) -> None:
    """Make the run look as if its worker had died a minute ago."""
    JobRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - dt.timedelta(seconds=60))


def test_a_run_ends_with_its_result_and_counts(tea_job: TeaJob) -> None:
    def work(context: JobContext) -> dict[str, Any]:
        context.progress(3, 4, "pouring")
        context.count(cups=3)
        return {"cups": 3}

    tea_job(work)
    run = run_job(start_job("tea", {"kind": "black"}).pk)
    assert run is not None
    assert run.state == JobState.SUCCEEDED
    assert run.result == {"kind": "black", "on": None, "cups": 3}
    assert run.counts == {"cups": 3}
    assert (run.done, run.total, run.attempt) == (4, 4, 1)
    assert run.started_at is not None
    assert run.finished_at is not None


def test_a_failing_job_fails_honestly(tea_job: TeaJob) -> None:
    def work(context: JobContext) -> dict[str, Any]:
        raise ValueError("the kettle is empty")

    tea_job(work)
    run = run_job(start_job("tea").pk)
    assert run is not None
    assert (run.state, run.error) == (JobState.FAILED, "ValueError: the kettle is empty")


def test_only_one_worker_gets_a_run(tea_job: TeaJob) -> None:
    run = start_job("tea")
    assert claim(run.pk) is not None
    assert claim(run.pk) is None
    assert run_job(run.pk) is None


def test_a_cancelled_queued_run_never_starts(tea_job: TeaJob) -> None:
    run = start_job("tea")
    cancel_job(run)
    assert run_job(run.pk) is None
    run.refresh_from_db()
    assert run.state == JobState.CANCELLED


def test_a_working_run_stops_at_its_next_look(tea_job: TeaJob) -> None:
    poured: list[int] = []

    def work(context: JobContext) -> dict[str, Any]:
        for cup in range(10):
            context.raise_if_cancelled()
            poured.append(cup)
            if cup == 2:
                cancel_job(context.run)
        return {}

    tea_job(work)
    run = run_job(start_job("tea").pk)
    assert run is not None
    assert run.state == JobState.CANCELLED
    assert poured == [0, 1, 2]


def test_a_dead_worker_is_noticed_and_the_run_goes_on_from_its_checkpoint(tea_job: TeaJob) -> None:
    seen: list[int] = []

    def work(context: JobContext) -> dict[str, Any]:
        for cup in range(context.checkpoint.get("cup", 0), 4):
            with transaction.atomic():
                seen.append(cup)
                context.count(cups=1)
                context.save_checkpoint(cup=cup + 1)
            if cup == 1 and context.run.attempt == 1:
                raise OperationalError("the server went away")
        return {}

    tea_job(work)
    run = start_job("tea")
    interrupted = run_job(run.pk)
    assert interrupted is not None
    assert interrupted.state == JobState.RUNNING
    sweep()
    assert run_job(run.pk) is None, "a run whose heartbeat is fresh is not handed out again"
    silence(run)
    sweep()
    finished = run_job(run.pk)
    assert finished is not None
    assert (finished.state, finished.attempt, finished.counts) == (JobState.SUCCEEDED, 2, {"cups": 4})
    assert seen == [0, 1, 2, 3]


def test_a_worker_that_was_taken_for_dead_can_write_nothing_more(tea_job: TeaJob) -> None:
    run = start_job("tea")
    slow = claim(run.pk)
    assert slow is not None
    silence(run)
    sweep()
    assert claim(run.pk) is not None
    with pytest.raises(JobLostError), transaction.atomic():
        Team.objects.create(name="written too late")
        JobContext(slow).save_checkpoint(cup=9)
    assert not Team.objects.filter(name="written too late").exists()
    run.refresh_from_db()
    assert run.checkpoint == {}


def test_a_run_that_kills_its_workers_is_given_up(tea_job: TeaJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_ATTEMPTS", 2)
    run = start_job("tea")
    for _attempt in range(2):
        assert claim(run.pk) is not None
        silence(run)
        sweep()
    run.refresh_from_db()
    assert run.state == JobState.FAILED
    assert "2 times" in run.error


def test_a_lost_ring_is_made_good_by_the_sweep(tea_job: TeaJob, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[Any, ...]] = []
    monkeypatch.setattr(running, "ring", lambda *args: rung.append(args))
    run = start_job("tea")
    sweep()
    assert rung == []
    JobRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - dt.timedelta(seconds=30))
    sweep()
    assert rung == [("jobs.run", run.pk)]


def test_rate_and_estimate_follow_from_progress() -> None:
    now = timezone.now()
    run = JobRun(state=JobState.RUNNING, done=50, total=200, started_at=now - dt.timedelta(seconds=10))
    assert run.rate == pytest.approx(5, rel=0.01)
    assert run.seconds_left == pytest.approx(30, rel=0.01)
    assert JobRun(state=JobState.QUEUED).seconds_left is None
