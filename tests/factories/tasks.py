"""Factories of tasks, their series, and calendar feeds."""

import datetime as dt
from typing import Any

import factory
from django.utils import timezone

from crm_site.lib.text import search_text
from customers.models import CalendarFeed, Invitation, Task, TaskSeries
from tests.factories.records import CustomerFactory
from tests.factories.staff import UserFactory


class TaskFactory(factory.django.DjangoModelFactory):
    """A task that is due in an hour, with its customer's owner and team."""

    class Meta:
        model = Task

    title = factory.Sequence(lambda number: f"Task {number}")
    customer = factory.SubFactory(CustomerFactory)
    owner = factory.LazyAttribute(lambda one: one.customer.owner if one.customer else None)
    team = factory.LazyAttribute(lambda one: one.owner.team if one.owner else None)
    zone = "UTC"
    due_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(hours=1))
    due_date = factory.LazyAttribute(lambda one: one.due_at.date())
    overdue_at = factory.LazyAttribute(lambda one: one.due_at)
    search_text = factory.LazyAttribute(lambda one: search_text([one.title]))


class TaskSeriesFactory(factory.django.DjangoModelFactory):
    """Something at nine every day."""

    class Meta:
        model = TaskSeries

    title = factory.Sequence(lambda number: f"Series {number}")
    owner: Any = None
    zone = "UTC"
    rule = "FREQ=DAILY"
    first_date = dt.date(2026, 3, 2)
    first_time = dt.time(9)


class CalendarFeedFactory(factory.django.DjangoModelFactory):
    """A feed that nobody knows the secret of."""

    class Meta:
        model = CalendarFeed

    user = factory.SubFactory(UserFactory)
    token_digest = factory.Sequence(lambda number: f"{number:064x}")


class InvitationFactory(factory.django.DjangoModelFactory):
    """Somebody asked to a meeting, who has not answered."""

    class Meta:
        model = Invitation

    task = factory.SubFactory(TaskFactory, kind="meeting")
    name = factory.Sequence(lambda number: f"Guest {number}")
    email = factory.Sequence(lambda number: f"guest{number}@customer.example")
    told = "0" * 16
    sent_at = factory.LazyFunction(timezone.now)
