"""Tasks on pages: the list, the calendar, the queue, the customer's panel and Today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.history.models import Operation
from crm_site.lib.recurrence import Recurrence
from crm_site.staff.models import User
from customers.lists import task_list
from customers.models import Task
from customers.services.tasking import plan_task
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.tasks import TaskFactory

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
DUE = (timezone.now() + dt.timedelta(days=2)).replace(hour=9, minute=30, second=0, microsecond=0)


def shift(client: Client, task: Task, **facts: Any) -> Any:
    """Carry a task about in the calendar of its month."""
    state = f"as=calendar&on={task.due_at:%Y-%m}"
    data = {"version": task.version, "state": state, **facts}
    return client.post(reverse("pages:list-shift", args=["tasks", task.pk]), data, headers=HTMX)


@pytest.fixture
def rep(cast: Cast, signed_in: SignIn) -> Client:
    """Return the owner's client, in UTC."""
    User.objects.update(time_zone="UTC")
    cast.owner.refresh_from_db()
    return signed_in(cast.owner)


def test_the_form_plans_a_task_in_the_planners_zone(cast: Cast, signed_in: SignIn) -> None:
    User.objects.filter(pk=cast.owner.pk).update(time_zone="Asia/Shanghai")
    customer, guest = CustomerFactory(owner=cast.owner), CustomerFactory(owner=cast.owner)
    facts = {
        "title": "Visit", "kind": "meeting", "day": "2027-03-01", "clock": "09:30", "duration": "60",
        "customer": customer.pk, "priority": "3", "owner": cast.owner.pk, "attendees": [cast.teammate.pk],
        "guests": [guest.pk], "remind_minutes": "30", "repeat": "NTH", "interval": "1", "times": "4",
    }  # fmt: skip
    answer = signed_in(cast.owner).post(reverse("customers:task-create"), facts)
    task = Task.objects.get()
    assert answer["Location"] == task.get_absolute_url()
    assert task.due_at == dt.datetime(2027, 3, 1, 1, 30, tzinfo=dt.UTC)
    assert (task.zone, task.priority, task.series.rule) == ("Asia/Shanghai", 3, "FREQ=MONTHLY;BYDAY=1MO;COUNT=4")  # type: ignore[union-attr]  # it has a series
    assert (list(task.attendees.all()), list(task.guests.all())) == ([cast.teammate], [guest])
    assert task.remind_at == dt.datetime(2027, 3, 1, 1, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"title": ""}, "title"),
        ({"repeat": "DAILY", "until": "2027-01-01", "day": "2027-03-01"}, "until"),
        ({"repeat": "DAILY", "until": "2027-04-01", "times": "3"}, "times"),
        ({"repeat": "DAILY", "interval": "0"}, "interval"),
        ({"customer": "foreign"}, "customer"),
        ({"guests": ["foreign"]}, "guests"),
    ],
)
def test_what_cannot_be_planned_is_said_at_its_field(
    facts: dict[str, Any], field: str, cast: Cast, signed_in: SignIn
) -> None:
    foreign = CustomerFactory(owner=cast.owner)
    facts = {
        name: foreign.pk if value == "foreign" else [foreign.pk] if value == ["foreign"] else value
        for name, value in facts.items()
    }
    plain = {"title": "Call", "kind": "call", "day": "2027-03-01", "duration": "15", "priority": "2"}
    answer = signed_in(cast.outsider).post(reverse("customers:task-create"), {**plain, **facts})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Task.objects.exists()


def test_the_form_changes_this_and_following(cast: Cast, rep: Client) -> None:
    first = plan_task(
        {"title": "Call", "day": DUE.date(), "clock": dt.time(9), "zone": "UTC"},
        cast.owner,
        Recurrence(frequency="DAILY"),
    )
    page = reverse("customers:task-edit", args=[first.pk])
    shown = rep.get(page).context["form"]
    assert (shown.initial["repeat"], shown.initial["clock"]) == ("DAILY", dt.time(9))
    facts = {
        "title": "Write", "kind": "task", "day": DUE.date(), "clock": "11:00", "duration": "30", "priority": "2",
        "owner": cast.owner.pk, "repeat": "DAILY", "interval": "1", "scope": "following", "version": first.version,
    }  # fmt: skip
    assert rep.post(page, facts).status_code == 302
    task = Task.objects.get()
    assert (task.title, task.clock, task.series_id != first.series_id) == ("Write", dt.time(11), True)
    assert rep.post(page, facts).status_code == 409


def test_work_begins_with_my_open_tasks(cast: Cast, rep: Client) -> None:
    mine = TaskFactory(owner=cast.owner, title="Mine")
    TaskFactory(owner=cast.owner, title="Finished", state="done")
    TaskFactory(owner=cast.teammate, title="Theirs")
    page = rep.get(reverse("customers:task-home"), follow=True)
    assert [row.record for row in page.context["list"].rows] == [mine]
    assert page.context["list"].active_tab.label == "My open tasks"


def test_the_tabs_say_what_presses(cast: Cast, rep: Client) -> None:
    now = timezone.now()
    late = TaskFactory(owner=cast.owner, due_at=now - dt.timedelta(days=3))
    today = TaskFactory(owner=cast.owner, all_day=True, due_date=now.date(), due_at=now.replace(hour=0, minute=0),
                        overdue_at=now + dt.timedelta(days=1))  # fmt: skip
    soon = TaskFactory(owner=cast.owner, due_at=now + dt.timedelta(days=3))
    TaskFactory(owner=cast.owner, due_at=now - dt.timedelta(days=3), state="done")

    def found(*codes: str) -> set[Any]:
        return set(task_list.queryset(cast.owner, {"when": list(codes)}))

    assert (found("overdue"), found("today"), found("week")) == ({late}, {today}, {today, soon})
    assert found("overdue", "today") == {late, today}


def test_an_entry_keeps_its_time_on_another_day(cast: Cast, rep: Client) -> None:
    task = TaskFactory(owner=cast.owner, due_at=DUE)
    answer = shift(rep, task, day=(DUE + dt.timedelta(days=1)).date(), keep="on")
    assert answer.status_code == 200
    assert 'id="list-region"' in answer.content.decode()
    assert "calendar-grid" in answer.content.decode()
    assert f'data-drop="{DUE:%Y-%m-%d}"' in answer.content.decode()
    task.refresh_from_db()
    assert (task.due_at, task.version) == (DUE + dt.timedelta(days=1), 2)
    rep.post(reverse("history:operation-undo", args=[Operation.objects.latest("pk").pk]))
    task.refresh_from_db()
    assert task.due_at == DUE


def test_an_entry_goes_to_an_hour_of_the_readers_zone_or_to_the_whole_day(cast: Cast, signed_in: SignIn) -> None:
    User.objects.filter(pk=cast.owner.pk).update(time_zone="America/New_York")
    client = signed_in(cast.owner)
    task = TaskFactory(owner=cast.owner, due_at=DUE, zone="Europe/Berlin")
    shift(client, task, day="2027-03-20", clock="22:00")
    task.refresh_from_db()
    assert task.due_at == dt.datetime(2027, 3, 21, 2, 0, tzinfo=dt.UTC)
    assert (task.due_date, task.zone, task.clock) == (dt.date(2027, 3, 21), "Europe/Berlin", dt.time(3))
    shift(client, task, day="2027-03-20", clock="")
    task.refresh_from_db()
    assert (task.all_day, task.due_date, task.shown_day) == (True, dt.date(2027, 3, 20), dt.date(2027, 3, 20))


def test_without_scripts_the_form_stands_on_a_page_of_its_own(cast: Cast, rep: Client) -> None:
    task = TaskFactory(owner=cast.owner, due_at=DUE)
    url = reverse("pages:list-shift", args=["tasks", task.pk])
    page = rep.get(url)
    assert page.context["form"].initial == {"day": DUE.date(), "clock": DUE.time()}
    answer = rep.post(url, {"version": 1, "day": "2027-03-20", "clock": "10:00", "state": "as=calendar&on=2027-03"})
    assert answer["Location"] == f"{task_list.path}?as=calendar&on=2027-03"
    task.refresh_from_db()
    assert task.due_at == dt.datetime(2027, 3, 20, 10, tzinfo=dt.UTC)


def test_a_stale_or_foreign_move_changes_nothing(cast: Cast, rep: Client, signed_in: SignIn) -> None:
    task = TaskFactory(owner=cast.owner, due_at=DUE)
    answer = shift(rep, task, version=7, day="2027-03-20", keep="on")
    assert "Somebody else changed" in answer.content.decode()
    assert shift(signed_in(cast.outsider), task, day="2027-03-20", keep="on").status_code == 404
    task.attendees.add(cast.outsider)
    assert shift(signed_in(cast.outsider), task, day="2027-03-20", keep="on").status_code == 403
    assert "This day is too far away" in shift(rep, task, day="0001-01-01", keep="on").content.decode()
    task.refresh_from_db()
    assert (task.due_at, task.version) == (DUE, 1)


def test_days_and_weeks_are_shown_by_the_hour(cast: Cast, rep: Client) -> None:
    early = TaskFactory(owner=cast.owner, due_at=DUE.replace(hour=6))
    whole = TaskFactory(owner=cast.owner, all_day=True, due_at=DUE.replace(hour=0, minute=0))
    calendar = rep.get(f"{task_list.path}?as=calendar&on={DUE.date()}").context["list"].calendar
    assert (calendar.span, calendar.days) == ("day", [DUE.date()])
    slots = {slot.words: [entry.record for _day, entries in slot.cells for entry in entries] for slot in calendar.slots}
    assert list(slots)[:3] == ["All day", "06:00", "07:00"]
    assert (slots["All day"], slots["06:00"], slots["07:00"]) == ([whole], [early], [])
    week = rep.get(f"{task_list.path}?as=calendar&on={DUE:%G-W%V}").context["list"].calendar
    assert (week.span, len(week.days), week.has_hours) == ("week", 7, True)
    assert rep.get(week.day_url).context["list"].calendar.is_day


def test_the_queue_goes_from_task_to_task(cast: Cast, rep: Client) -> None:
    customer = CustomerFactory(owner=cast.owner)
    first = TaskFactory(owner=cast.owner, customer=customer, due_at=DUE)
    second = TaskFactory(owner=cast.owner, due_at=DUE + dt.timedelta(hours=1))
    start = rep.post(reverse("pages:queue-start", args=["tasks"]), {"state": "state=open&owner=me", "all": "1"})
    assert start["Location"].startswith(first.get_absolute_url())
    page = rep.get(start["Location"])
    facts = {
        "version": 1, "queue": page.context["queue"], "outcome": "Reached", "next_title": "Send the offer",
        "next_day": "2027-03-01",
    }  # fmt: skip
    on = rep.post(reverse("customers:task-finish", args=[first.pk]), facts)
    assert on["Location"].startswith(f"{second.get_absolute_url()}?queue=")
    first.refresh_from_db()
    assert (first.state, first.outcome) == ("done", "Reached")
    step = Task.objects.get(title="Send the offer")
    assert (step.customer, step.due_date, step.all_day) == (customer, dt.date(2027, 3, 1), True)


def test_a_next_step_without_a_day_is_asked_for_and_nothing_is_done(cast: Cast, rep: Client) -> None:
    task = TaskFactory(owner=cast.owner)
    url = reverse("customers:task-finish", args=[task.pk])
    answer = rep.post(url, {"version": 1, "outcome": "Reached", "next_title": "Later"})
    assert answer.status_code == 422
    assert answer.context["finish_form"].data["outcome"] == "Reached"
    task.refresh_from_db()
    assert task.is_open


def test_the_panel_shows_the_next_step_first_and_plans_another(cast: Cast, rep: Client) -> None:
    customer = CustomerFactory(owner=cast.owner)
    later = TaskFactory(owner=cast.owner, customer=customer, due_at=DUE + dt.timedelta(days=1))
    sooner = TaskFactory(owner=cast.owner, customer=customer, due_at=DUE)
    TaskFactory(owner=cast.owner, customer=customer, state="done")
    url = reverse("customers:customer-tasks-panel", args=[customer.pk])
    assert [task for task, _mine in rep.get(url).context["tasks"]] == [sooner, later]
    planned = rep.post(url, {"title": "Visit", "kind": "meeting", "day": "2027-03-01", "clock": "10:00"}, headers=HTMX)
    assert [task.title for task, _mine in planned.context["tasks"]][-1] == "Visit"
    assert rep.post(url, {"title": "", "day": "x"}, headers=HTMX).status_code == 422
    done = rep.post(reverse("customers:task-tick", args=[sooner.pk]), {"version": 1, "from": "customer"}, headers=HTMX)
    assert "What is next?" in done.content.decode()
    assert [task.title for task, _mine in done.context["tasks"]] == [later.title, "Visit"]
    again = rep.post(reverse("customers:task-tick", args=[sooner.pk]), {"version": 1, "from": "customer"}, headers=HTMX)
    assert "Somebody else changed this task" in again.content.decode()


def test_a_reader_of_customers_sees_the_panel_and_plans_nothing(cast: Cast, signed_in: SignIn) -> None:
    from crm_site.staff.models import RoleGrant

    RoleGrant.objects.filter(role__code="marketer", module="customers").update(edit="none")
    customer = CustomerFactory(owner=cast.owner)
    TaskFactory(owner=cast.owner, customer=customer)
    reader = signed_in(cast.marketer)
    url = reverse("customers:customer-tasks-panel", args=[customer.pk])
    page = reader.get(url)
    assert (page.status_code, page.context["can_plan"]) == (200, False)
    assert b"task-tick" not in page.content
    assert reader.post(url, {"title": "Visit", "day": "2027-03-01"}).status_code == 403
    assert Task.objects.count() == 1


def test_today_lists_what_is_due_and_ticks_it_off(cast: Cast, rep: Client) -> None:
    late = TaskFactory(owner=cast.owner, due_at=timezone.now() - dt.timedelta(days=2))
    asked = TaskFactory(owner=cast.teammate, kind="meeting", due_at=timezone.now() - dt.timedelta(days=1))
    asked.attendees.add(cast.owner)
    TaskFactory(owner=cast.owner, due_at=timezone.now() + dt.timedelta(days=2))
    card = rep.get(reverse("pages:today-card", args=["due-tasks"]))
    assert [row.task for row in card.context["content"].rows] == [late, asked]
    assert [row.movable for row in card.context["content"].rows] == [True, False]
    done = rep.post(reverse("customers:task-tick", args=[late.pk]), {"version": 1, "from": "today"}, headers=HTMX)
    assert [row.task for row in done.context["content"].rows] == [asked]


def test_a_moved_card_closes_its_task_and_undo_takes_the_next_occurrence_back(cast: Cast, rep: Client) -> None:
    facts = {"title": "Call", "day": DUE.date(), "clock": dt.time(9), "zone": "UTC", "customer": CustomerFactory()}
    task = plan_task(facts, cast.owner, Recurrence(frequency="DAILY"))
    move = {"pk": task.pk, "version": task.version, "to": "done", "state": "as=board"}
    assert rep.post(reverse("pages:list-move", args=["tasks"]), move, headers=HTMX).status_code == 200
    assert list(Task.objects.order_by("number").values_list("state", flat=True)) == ["done", "open"]
    rep.post(reverse("history:operation-undo", args=[Operation.objects.latest("pk").pk]))
    assert list(Task.objects.values_list("state", flat=True)) == ["open"]


def test_cancelling_and_opening_again(cast: Cast, rep: Client) -> None:
    task = TaskFactory(owner=cast.owner)
    rep.post(reverse("customers:task-cancel", args=[task.pk]), {"version": 1})
    assert Task.objects.get().state == "cancelled"
    rep.post(reverse("customers:task-reopen", args=[task.pk]), {"version": 2})
    assert Task.objects.get().state == "open"
    answer = rep.post(reverse("customers:task-reopen", args=[task.pk]), {"version": 3}, follow=True)
    assert "open again" in answer.content.decode()
