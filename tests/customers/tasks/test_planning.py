"""Planning, changing, finishing and repeating tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from crm_site.events.models import EventRecord
from crm_site.history.deleting import delete_records
from crm_site.history.undoing import undo_operation
from crm_site.lib.recurrence import Recurrence
from crm_site.staff.versioning import StaleVersionError
from customers.choices import TaskKind, TaskState
from customers.models import Activity, Task
from customers.services.tasking import (
    TaskStateError,
    cancel_task,
    change_task,
    claim_due_reminders,
    continue_due_series,
    finish_task,
    move_task,
    plan_task,
    reopen_task,
)
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.tasks import TaskFactory

MONDAY = dt.date(2027, 3, 1)
NOON = dt.datetime(2027, 2, 26, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand before everything that is planned here."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def planned(cast: Cast, repeat: Recurrence | None = None, **facts: Any) -> Task:
    """Return a call at nine on a Monday in Berlin."""
    values = {"title": "Call", "day": MONDAY, "clock": dt.time(9), "zone": "Europe/Berlin", **facts}
    return plan_task(values, cast.owner, repeat)


def days_of(task: Task) -> list[tuple[int | None, str, str]]:
    """Return number, day and state of every task of a series."""
    rows = Task.objects.filter(series=task.series_id).order_by("number")
    return [(one.number, one.due_date.isoformat(), one.state) for one in rows]


def test_a_planned_task_belongs_to_whoever_plans_it_and_stands_on_the_timeline(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    task = planned(cast, customer=customer, remind_minutes=60)
    assert (task.owner, task.team, task.version) == (cast.owner, cast.owner.team, 1)
    assert task.due_at == dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)
    assert task.remind_at == dt.datetime(2027, 3, 1, 7, tzinfo=dt.UTC)
    entry = Activity.objects.get(customer=customer)
    assert (entry.sentence, entry.link) == ("Olga Owner planned “Call”", f"/customers/tasks/{task.pk}/")


def test_a_task_needs_a_day(cast: Cast) -> None:
    with pytest.raises(ValueError, match="day"):
        plan_task({"title": "Call"}, cast.owner)


def test_an_exact_moment_is_kept_also_in_the_second_of_two_equal_hours(cast: Cast) -> None:
    second = dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)  # 02:30 for the second time in Berlin
    task = plan_task({"title": "Call", "due_at": second, "zone": "Europe/Berlin"}, cast.owner)
    assert (task.due_at, task.due_date, task.clock) == (second, dt.date(2027, 10, 31), dt.time(2, 30))
    change_task(task, 1, {"place": "Here", "duration": 10}, cast.owner)
    task.refresh_from_db()
    assert task.due_at == second


def test_a_stale_change_is_refused_and_changes_nothing(cast: Cast) -> None:
    task = planned(cast)
    change_task(task, 1, {"title": "Write"}, cast.owner)
    with pytest.raises(StaleVersionError):
        move_task(task, 1, MONDAY + dt.timedelta(days=1), None, cast.owner)
    task.refresh_from_db()
    assert (task.title, task.due_date, task.version) == ("Write", MONDAY, 2)


def test_a_moved_task_is_reminded_of_again_and_one_left_alone_is_not(cast: Cast) -> None:
    task = planned(cast, remind_minutes=30)
    Task.objects.update(reminded_at=NOON)
    task.refresh_from_db()
    change_task(task, 1, {"clock": dt.time(9), "day": MONDAY, "note": "x"}, cast.owner)
    task.refresh_from_db()
    assert task.reminded_at == NOON
    move_task(task, 2, MONDAY, dt.time(10), cast.owner)
    moved = Task.objects.get()
    assert moved.reminded_at is None
    assert moved.remind_at == dt.datetime(2027, 3, 1, 8, 30, tzinfo=dt.UTC)


def test_finishing_writes_the_outcome_and_plans_the_next_step(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    task = planned(cast, customer=customer)
    step = {"title": "Send the offer", "day": MONDAY, "clock": None}
    following = finish_task(task, 1, cast.owner, outcome=" They want an offer. ", next_step=step)
    assert following is not None
    assert (following.customer, following.owner, following.all_day) == (customer, cast.owner, True)
    task.refresh_from_db()
    assert (task.state, task.outcome, task.done_at) == (TaskState.DONE, "They want an offer.", NOON)
    with pytest.raises(TaskStateError):
        finish_task(task, 2, cast.owner)
    done = Activity.objects.get(verb="task.finished")
    assert (done.sentence, done.body) == ("Olga Owner finished “Call”", "They want an offer.")
    reopen_task(task, 2, cast.owner)
    assert task.is_open


def test_a_failed_next_step_leaves_the_task_open(cast: Cast) -> None:
    task = planned(cast)
    with pytest.raises(ValueError, match="day"):
        finish_task(task, 1, cast.owner, next_step={"title": "Later"})
    task.refresh_from_db()
    assert (task.state, Task.objects.count()) == (TaskState.OPEN, 1)


def test_the_next_occurrence_follows_when_one_is_finished(cast: Cast) -> None:
    task = planned(cast, Recurrence(frequency="WEEKLY", weekdays=(0, 2), count=3), attendees=[cast.teammate])
    finish_task(task, 1, cast.owner)
    second = Task.objects.get(series=task.series_id, number=2)
    assert (second.due_date, second.title, list(second.attendees.all())) == (
        dt.date(2027, 3, 3), "Call", [cast.teammate],
    )  # fmt: skip
    cancel_task(second, 1, cast.owner)
    finish_task(Task.objects.get(number=3), 1, cast.owner)
    assert days_of(task) == [(1, "2027-03-01", "done"), (2, "2027-03-03", "cancelled"), (3, "2027-03-08", "done")]
    task.refresh_from_db()
    assert task.series is not None
    assert task.series.ended


def test_the_first_day_is_the_first_that_the_rule_has(cast: Cast) -> None:
    task = planned(cast, Recurrence(frequency="WEEKLY", weekdays=(4,)))
    assert (task.due_date, task.clock) == (dt.date(2027, 3, 5), dt.time(9))


def test_the_schedule_makes_what_nobody_finished_one_for_each_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    task = planned(cast, Recurrence(frequency="DAILY"))
    assert continue_due_series(NOON) == 0
    later = NOON + dt.timedelta(days=6)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert continue_due_series(later) == 4
    assert continue_due_series(later) == 0
    assert [number for number, _day, _state in days_of(task)] == [1, 2, 3, 4, 5]


def test_a_deleted_occurrence_does_not_stop_its_series(cast: Cast) -> None:
    task = planned(cast, Recurrence(frequency="DAILY"))
    done = delete_records(Task.objects.filter(pk=task.pk), actor=cast.owner)
    assert continue_due_series(NOON) == 1
    assert Task.objects.get().number == 2
    undo_operation(done, actor=cast.owner)
    assert list(Task.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_changing_one_leaves_the_others_alone(cast: Cast) -> None:
    task = planned(cast, Recurrence(frequency="DAILY"))
    change_task(task, 1, {"title": "Once", "day": MONDAY, "clock": dt.time(15)}, cast.owner)
    finish_task(task, 2, cast.owner)
    second = Task.objects.get(number=2)
    assert (second.title, second.clock, second.due_date) == ("Call", dt.time(9), dt.date(2027, 3, 2))


def test_changing_this_and_following_begins_a_series_of_its_own(cast: Cast) -> None:
    task = planned(cast, Recurrence(frequency="WEEKLY", weekdays=(0,), count=5))
    finish_task(task, 1, cast.owner)
    second = Task.objects.get(number=2)
    facts = {"title": "Visit", "day": dt.date(2027, 3, 11), "clock": dt.time(14)}
    change_task(second, 1, facts, cast.owner, following=True)
    second.refresh_from_db()
    assert second.series is not None
    assert (second.number, second.series_id != task.series_id) == (1, True)
    assert second.series.rule == "FREQ=WEEKLY;BYDAY=TH;COUNT=4"
    task.refresh_from_db()
    assert task.series is not None
    assert (task.title, task.series.ended) == ("Call", True)
    finish_task(second, second.version, cast.owner)
    third = Task.objects.get(series=second.series, number=2)
    assert (third.title, third.due_date, third.clock) == ("Visit", dt.date(2027, 3, 18), dt.time(14))


def test_later_occurrences_that_exist_follow_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = planned(cast, Recurrence(frequency="DAILY"))
    later = NOON + dt.timedelta(days=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    continue_due_series(later)
    third = Task.objects.get(number=3)
    finish_task(third, 1, cast.owner)
    change_task(first, 1, {"title": "Write", "clock": dt.time(11)}, cast.owner, following=True)
    rows = Task.objects.filter(series=first.series_id).order_by("number")
    assert [(one.number, one.title, one.state, one.clock) for one in rows] == [
        (1, "Write", "open", dt.time(11)),
        (2, "Write", "open", dt.time(11)),
        (3, "Call", "done", dt.time(9)),
        (4, "Write", "open", dt.time(11)),
    ]
    assert continue_due_series(later) == 0


def test_ending_a_series_cancels_what_is_still_to_come(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = planned(cast, Recurrence(frequency="DAILY"))
    later = NOON + dt.timedelta(days=4)
    monkeypatch.setattr(timezone, "now", lambda: later)
    continue_due_series(later)
    change_task(first, 1, {}, cast.owner, repeat=None)
    assert [state for _n, _d, state in days_of(first)] == ["open", "cancelled", "cancelled"]
    assert continue_due_series(later + dt.timedelta(days=9)) == 0


def test_a_single_task_can_begin_to_repeat(cast: Cast) -> None:
    task = planned(cast)
    change_task(task, 1, {}, cast.owner, repeat=Recurrence(frequency="MONTHLY"))
    task.refresh_from_db()
    finish_task(task, task.version, cast.owner)
    assert [day for _n, day, _s in days_of(task)] == ["2027-03-01", "2027-04-01"]


def test_reminders_are_claimed_once_and_only_of_what_is_open(cast: Cast) -> None:
    due = TaskFactory(owner=cast.owner, remind_at=NOON - dt.timedelta(minutes=1))
    TaskFactory(owner=cast.owner, remind_at=NOON + dt.timedelta(minutes=1))
    TaskFactory(owner=cast.owner, remind_at=NOON - dt.timedelta(minutes=1), state="done")
    TaskFactory(owner=cast.owner, remind_at=None)
    assert claim_due_reminders(NOON) == 1
    assert claim_due_reminders(NOON) == 0
    event = EventRecord.objects.get(name="customers.TaskReminderDue")
    assert event.payload["task_id"] == due.pk


def test_asked_to_a_meeting_means_seeing_it_but_not_changing_it(cast: Cast) -> None:
    meeting = TaskFactory(owner=cast.owner, kind=TaskKind.MEETING)
    assert not Task.objects.visible_to(cast.outsider).exists()
    meeting.attendees.add(cast.outsider)
    assert list(Task.objects.visible_to(cast.outsider)) == [meeting]
    assert list(Task.objects.personal_to(cast.outsider)) == [meeting]
    assert not Task.objects.editable_by(cast.outsider).exists()
    assert list(Task.objects.visible_to(cast.manager)) == [meeting]
    assert not Task.objects.personal_to(cast.manager).exists()


def test_overdue_and_due_on_a_day(cast: Cast) -> None:
    late = TaskFactory(due_at=NOON - dt.timedelta(hours=1))
    whole = TaskFactory(
        all_day=True, due_date=NOON.date(), due_at=NOON.replace(hour=0), overdue_at=NOON + dt.timedelta(hours=12)
    )
    evening = TaskFactory(due_at=NOON.replace(hour=23))
    from zoneinfo import ZoneInfo

    assert list(Task.objects.overdue(NOON)) == [late]
    assert set(Task.objects.due_on(NOON.date(), ZoneInfo("UTC"))) == {late, whole, evening}
    assert set(Task.objects.due_on(NOON.date(), ZoneInfo("Asia/Shanghai"))) == {late, whole}
    assert list(Task.objects.due_on(NOON.date() + dt.timedelta(days=1), ZoneInfo("Asia/Shanghai"))) == [evening]
