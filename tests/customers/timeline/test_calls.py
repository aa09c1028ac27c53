"""A call in three taps: what came of it, when to call again, and back with one more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from customers.models import Activity, Task
from tests.conftest import Cast
from tests.factories.records import CustomerFactory
from tests.factories.tasks import TaskFactory

SignIn = Callable[[User], Client]


@pytest.mark.parametrize(("step", "days"), [("tomorrow", 1), ("three-days", 3), ("next-week", 7), ("nothing", None)])
def test_a_call_plans_the_next_one(step: str, days: int | None, cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-call", args=[customer.pk])
    answer = signed_in(cast.owner).post(url, {"outcome": "not_reached", "step": step}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert Activity.objects.get(verb="customer.call").outcome == "not_reached"
    planned = list(Task.objects.values_list("title", "kind", "customer", "owner", "due_date", "all_day"))
    day = timezone.localdate() + dt.timedelta(days=days or 0)
    assert planned == ([("Call again", "call", customer.pk, cast.owner.pk, day, True)] if days else [])


def test_a_call_is_undone_with_what_it_planned(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    url = reverse("customers:customer-call", args=[customer.pk])
    page = signed_in(cast.owner).post(url, {"outcome": "reached", "step": "tomorrow"}, headers={"HX-Request": "true"})
    done = Operation.objects.get()
    assert reverse("history:operation-undo", args=[done.pk]) in page.content.decode()
    undo_operation(done, cast.owner)
    assert (Activity.objects.count(), Task.objects.count()) == (0, 0)


@pytest.mark.parametrize("data", [{}, {"outcome": "reached"}, {"outcome": "x", "step": "tomorrow"}])
def test_half_a_call_is_refused(data: dict[str, str], cast: Cast, signed_in: SignIn) -> None:
    url = reverse("customers:customer-call", args=[CustomerFactory(owner=cast.owner).pk])
    assert signed_in(cast.owner).post(url, data).status_code == 422
    assert not Activity.objects.exists()


def test_a_call_task_that_is_done_writes_what_came_of_it(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.owner)
    call = TaskFactory(kind="call", customer=customer, owner=cast.owner)
    assert "What came of the call" in client.get(call.get_absolute_url()).content.decode()
    data = {"version": call.version, "outcome": "Talked.", "call": "reached"}
    assert client.post(reverse("customers:task-finish", args=[call.pk]), data).status_code == 302
    assert Activity.objects.get(verb="customer.call").outcome == "reached"
    undo_operation(Operation.objects.get(), cast.owner)
    assert Task.objects.get().is_open
    assert not Activity.objects.exists()


def test_other_tasks_are_not_asked_for_a_call_and_foreign_customers_not_written_on(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.owner)
    plain = TaskFactory(kind="task", customer=CustomerFactory(owner=cast.owner), owner=cast.owner)
    assert "What came of the call" not in client.get(plain.get_absolute_url()).content.decode()
    foreign = TaskFactory(kind="call", customer=CustomerFactory(owner=cast.outsider), owner=cast.owner)
    data = {"version": foreign.version, "call": "reached"}
    assert client.post(reverse("customers:task-finish", args=[foreign.pk]), data).status_code == 302
    assert not Activity.objects.filter(verb="customer.call").exists()
