"""Several workers and people at once: one next occurrence, one reminder each, one winner of a change."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from crm_site.events.models import EventRecord
from crm_site.lib.recurrence import Recurrence
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Task
from customers.services.tasking import (
    TaskStateError,
    claim_due_reminders,
    continue_due_series,
    continue_series,
    finish_task,
    plan_task,
)
from tests.factories.staff import UserFactory
from tests.factories.tasks import TaskFactory

THREADS = 8
TOMORROW = timezone.localdate() + dt.timedelta(days=1)


def at_once(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Do the work in threads that start together, and return what came of it, refusals included."""
    start, found = threading.Barrier(threads), []

    def run(number: int) -> None:
        start.wait()
        try:
            found.append(work(number))
        except (StaleVersionError, TaskStateError) as refused:
            found.append(type(refused).__name__)
        finally:
            connections.close_all()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(found) == threads
    return found


@pytest.fixture
def rep(transactional_db: None) -> User:
    """Return somebody who has work to do."""
    person: User = UserFactory()
    return person


def daily(rep: User, **facts: Any) -> Task:
    """Return the first of a daily series."""
    return plan_task(
        {"title": "Call", "day": TOMORROW, "clock": dt.time(9), **facts}, rep, Recurrence(frequency="DAILY")
    )


def test_of_eight_who_finish_one_wins_and_one_next_occurrence_is_made(rep: User) -> None:
    for _round in range(5):
        task = daily(rep)
        read = [Task.objects.get(pk=task.pk) for _each in range(THREADS)]
        found = at_once(lambda number, read=read: finish_task(read[number], 1, rep))  # type: ignore[misc]  # bound now
        assert Counter(found) == {None: 1, "StaleVersionError": THREADS - 1}
        assert list(Task.objects.filter(series=task.series_id).values_list("number", flat=True).order_by("number")) == [
            1, 2,
        ]  # fmt: skip


def test_finishing_and_the_schedule_at_once_make_one_next_occurrence(rep: User) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    for _round in range(5):
        task = plan_task(
            {"title": "Call", "day": yesterday, "clock": dt.time(9), "zone": "UTC"},
            rep,
            Recurrence(frequency="WEEKLY"),
        )
        series = task.series_id or 0

        def work(number: int, task: Task = task, series: int = series) -> Any:
            if number % 3 == 0:
                return continue_due_series(timezone.now())
            if number % 3 == 1:
                return continue_series(series, 1)
            return finish_task(Task.objects.get(pk=task.pk), 1, rep)

        at_once(work)
        numbers = Task.objects.filter(series=series).order_by("number").values_list("number", flat=True)
        assert list(numbers) == [1, 2]


def test_eight_sweeps_remind_of_everything_once(rep: User) -> None:
    now = timezone.now()
    for _each in range(450):
        TaskFactory(owner=rep, customer=None, remind_at=now - dt.timedelta(minutes=1))
    counts = at_once(lambda _number: claim_due_reminders(now))
    assert sum(counts) == 450
    told = EventRecord.objects.filter(name="customers.TaskReminderDue").values_list("payload__task_id", flat=True)
    assert sorted(told) == sorted(Task.objects.values_list("pk", flat=True))


def test_a_worker_that_dies_while_claiming_gives_everything_back(rep: User, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    for _each in range(5):
        TaskFactory(owner=rep, customer=None, remind_at=now - dt.timedelta(minutes=1))

    class DiedError(Exception):
        """The worker is gone."""

    with pytest.raises(DiedError), transaction.atomic():
        assert claim_due_reminders(now) == 5
        raise DiedError
    assert not EventRecord.objects.filter(name="customers.TaskReminderDue").exists()
    assert claim_due_reminders(now) == 5
    assert claim_due_reminders(now) == 0
