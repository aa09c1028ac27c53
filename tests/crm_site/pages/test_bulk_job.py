"""Bulk actions as a job: chunks, a stop, a crash, and rights that were lost meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.jobs.context import JobContext
from crm_site.jobs.models import JobRun, JobState
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import cancel_job, start_job
from crm_site.pages.bulk import applying
from crm_site.pages.models import BulkChange
from crm_site.staff.models import User
from customers.models import Activity, Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.staff import BulkChangeFactory


@pytest.fixture(autouse=True)
def small_chunks(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows a chunk, and no heartbeat of its own."""
    settings.JOB_HEARTBEAT_SECONDS = 0
    monkeypatch.setattr(applying, "CHUNK", 4)


@pytest.fixture
def asked(cast: Cast) -> BulkChange:
    """The owner wants a new industry for everything without one; ten rows are the owner's."""
    for at in range(10):
        CustomerFactory(owner=cast.owner, name=f"C {at}")
    CustomerFactory(owner=cast.teammate, name="Not mine")
    made: BulkChange = BulkChangeFactory(actor=cast.owner, data={"value": ["Retail"], "title": "Industry: Retail"})
    return made


def run(asked: BulkChange) -> JobRun:
    """Work the job to its end."""
    finished = run_job(start_job("bulk-change", {"change": asked.pk}, asked.actor).pk)
    assert finished is not None
    return finished


def changed() -> int:
    """Return how many customers have the new industry."""
    return Customer.objects.filter(industry="Retail").count()


def test_all_chunks_are_one_operation(asked: BulkChange, cast: Cast) -> None:
    done = run(asked)
    assert (done.state, done.done, done.total) == (JobState.SUCCEEDED, 10, 10)
    operation = Operation.objects.get(pk=done.result["operation"])
    assert (operation.count, operation.title, operation.actor) == (10, "Industry: Retail", cast.owner)
    assert operation.finished_at is not None
    assert changed() == 10
    assert Customer.objects.get(name="Not mine").industry == ""
    assert Activity.objects.count() == 10
    undo_operation(operation, cast.owner)
    assert changed() == 0


def test_a_stop_keeps_what_was_done_and_it_can_be_undone(
    asked: BulkChange, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = JobContext.save_checkpoint

    def stop_after_first(self: JobContext, **values: Any) -> None:
        real(self, **values)
        if values.get("last"):
            cancel_job(self.run)

    monkeypatch.setattr(JobContext, "save_checkpoint", stop_after_first)
    assert run(asked).state == JobState.CANCELLED
    assert changed() == 4
    operation = Operation.objects.get()
    assert (operation.count, operation.finished_at is not None) == (4, True)
    undo_operation(operation, cast.owner)
    assert changed() == 0


def test_after_a_crash_it_goes_on_and_doubles_nothing(asked: BulkChange, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = applying.Work.apply, []

    def die_in_second(self: applying.Work, keys: list[int], into: Operation) -> int:
        calls.append(keys)
        count = real(self, keys, into)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return count

    monkeypatch.setattr(applying.Work, "apply", die_in_second)
    first = run(asked)
    assert first.state == JobState.FAILED
    assert changed() == 4
    JobRun.objects.filter(pk=first.pk).update(state=JobState.QUEUED)
    again = run_job(first.pk)
    assert again is not None
    assert (again.state, again.counts) == (JobState.SUCCEEDED, {"changed": 10})
    assert changed() == 10
    assert Operation.objects.count() == 1
    assert set(Customer.objects.filter(industry="Retail").values_list("version", flat=True)) == {2}


@pytest.mark.parametrize("lost", ["the account", "the module", "the right to change"])
def test_rights_are_asked_again(lost: str, asked: BulkChange, cast: Cast) -> None:
    if lost == "the account":
        User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    elif lost == "the module":
        cast.owner.roles.clear()
    else:
        cast.owner.roles.get().grants.filter(module="customers").update(edit="none")
    done = run(asked)
    assert done.state == JobState.FAILED
    assert "may no longer" in done.error
    assert changed() == 0


def test_records_that_changed_hands_meanwhile_stay(asked: BulkChange, cast: Cast) -> None:
    Customer.objects.filter(name="C 3").update(owner=cast.teammate)
    assert run(asked).counts == {"changed": 9}
    assert Customer.objects.get(name="C 3").industry == ""


def test_deleting_is_a_job_too(asked: BulkChange, cast: Cast) -> None:
    BulkChange.objects.filter(pk=asked.pk).update(action="delete", data={"title": "Deleted"})
    done = run(asked)
    assert (done.state, done.counts) == (JobState.SUCCEEDED, {"changed": 10})
    assert [one.name for one in Customer.objects.all()] == ["Not mine"]
    undo_operation(Operation.objects.get(pk=done.result["operation"]), cast.owner)
    assert Customer.objects.count() == 11
