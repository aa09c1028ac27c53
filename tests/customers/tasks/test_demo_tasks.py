"""The demo company's tasks: a past that was worked off, and full weeks ahead for everybody who sells."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F

from crm_site.demo.clearing import clear_demo
from crm_site.staff.models import User
from customers.choices import TaskState
from customers.models import Activity, Task, TaskSeries
from customers.services.tasking.timing import Planned
from tests.demo_company import DAY, company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]
BEFORE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def test_everybody_who_sells_has_late_work_todays_work_and_weeks_ahead() -> None:
    for person in User.objects.filter(roles__code="rep"):
        mine = Task.objects.open().filter(owner=person, subject_kind="")
        assert mine.count() == 24, person
        assert mine.filter(due_date__lt=DAY).exists()
        assert mine.filter(due_date=DAY).exists()
        assert mine.filter(due_date__gt=DAY + dt.timedelta(days=14)).exists()


def test_the_past_is_worked_off_and_said_on_the_timeline() -> None:
    done = Task.objects.filter(state=TaskState.DONE)
    assert 500 < done.count() < 600
    assert 20 < Task.objects.filter(state=TaskState.CANCELLED).count() < 80
    assert done.filter(done_at=None).count() == 0
    assert Activity.objects.filter(verb="task.finished").count() == done.count()
    told = Activity.objects.filter(verb="task.finished").values_list("subject_id", "customer_id")
    assert set(told) == set(done.values_list("pk", "customer_id"))


def test_moments_and_search_texts_are_what_the_services_derive() -> None:
    for task in Task.objects.order_by("-pk")[:150]:
        planned = Planned(
            day=task.due_date,
            clock=task.clock,
            zone=task.zone,
            kind=task.kind,
            duration=task.duration,
            remind_minutes=task.remind_minutes,
        )
        columns = planned.columns(BEFORE) | {"reminded_at": task.reminded_at}
        assert {name: getattr(task, name) for name in columns} == columns
        assert task.search_text == task.found_by
        assert task.due_date.weekday() < 5


def test_tasks_are_of_their_customers_owner_and_team() -> None:
    with_customer = Task.objects.exclude(customer=None)
    assert with_customer.exclude(owner=F("customer__owner")).count() == 0
    assert Task.objects.exclude(team=F("owner__team")).count() == 0


def test_teams_meet_every_monday() -> None:
    assert TaskSeries.objects.exists()
    for one in TaskSeries.objects.all():
        (task,) = one.tasks.all()
        assert (task.number, task.due_date, one.recurrence.first(DAY)) == (1, one.first_date, one.first_date)
        assert task.attendees.count() == one.attendees.count() > 0


def test_clearing_leaves_none() -> None:
    clear_demo()
    assert not Task.objects.exists()
    assert not TaskSeries.objects.exists()
