"""A crowd of records of every kind, as large as a test wants it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from analytics.models import SalesDay
from crm_site.imports.models import RowState
from customers.models import LifecycleRule
from tests.conftest import Cast
from tests.factories import contacts, notifications, records, staff, standing, tasks

BY_TAG = {"version": 1, "root": {"all": [{"field": "tags", "op": "filled"}]}}


@dataclass(frozen=True)
class Crowd:
    """One record of every kind whose page is measured."""

    customer: Any
    order: Any
    product: Any
    survey: Any
    answer: Any
    run: Any
    job: Any
    unmapped: Any
    task: Any
    segment: Any

    def grow(self, cast: Cast, count: int) -> None:
        """Add that many records of every kind, and as much to each of the measured ones."""
        for number in range(count):
            self._grow_customers(cast)
            records.OrderLineFactory(order=self.order, position=number + 1)
            records.PaymentFactory(order=self.order)
            records.OrderLineFactory(product=self.product, order=records.OrderFactory(customer=self.customer))
            records.SurveyAnswerFactory(survey=self.survey, customer=self.customer)
            staff.JobRunFactory(started_by=cast.owner, state="succeeded")
            staff.ImportFactory(started_by=cast.owner, run=staff.JobRunFactory(name="import", state="succeeded"))
            staff.StagedRowFactory(
                job=self.job, state=RowState.FAILED, problems=[{"column": "name", "code": "required", "value": ""}]
            )
            self._grow_facts(cast)
            self._grow_tasks(cast)
            self._grow_standing(cast)

    def _grow_customers(self, cast: Cast) -> None:
        organisation = records.CustomerFactory(kind="organisation", owner=cast.owner)
        customer = records.CustomerFactory(owner=cast.owner, organisation=organisation)
        customer.tags.add(records.TagFactory())
        records.ContactPointFactory(customer=customer)
        self.customer.tags.add(records.TagFactory())
        records.ContactPointFactory(customer=self.customer)
        records.AddressFactory(customer=self.customer)
        wording = contacts.ConsentWordingFactory()
        contacts.ConsentEntryFactory(customer=self.customer, wording=wording, recorded_by=cast.owner)
        contacts.DoNotContactFactory(customer=self.customer, set_by=cast.owner)
        records.ActivityFactory(customer=self.customer, actor=cast.owner)
        customer.score.segment = "at_risk"
        customer.score.save()

    def _grow_standing(self, cast: Cast) -> None:
        standing.SegmentMemberFactory(segment=standing.SegmentFactory(owner=cast.owner), customer=self.customer)
        standing.ClassMemberFactory(customer=self.customer)
        newcomer = records.CustomerFactory(owner=cast.owner)
        standing.SegmentMemberFactory(segment=self.segment, customer=newcomer)
        standing.SegmentMoveFactory(segment=self.segment, customer=newcomer)
        standing.StageMoveFactory(customer=newcomer, rule=LifecycleRule.objects.get(stage="new"))
        standing.StageMoveFactory(customer=self.customer, rule=LifecycleRule.objects.get(stage="new"))

    def _grow_tasks(self, cast: Cast) -> None:
        meeting = tasks.TaskFactory(customer=self.customer, kind="meeting", title="Customer visit")
        meeting.attendees.add(cast.teammate)
        meeting.guests.add(self.customer)
        self.task.attendees.add(staff.UserFactory())
        self.task.guests.add(records.CustomerFactory())

    def _grow_facts(self, cast: Cast) -> None:
        notifications.AttachmentFactory(subject_id=self.customer.pk, entry_id=1, uploaded_by=cast.teammate)
        for person in (cast.owner, cast.manager):
            notifications.NotificationFactory(recipient=person, actor=cast.teammate)
        day = timezone.localdate() - dt.timedelta(days=7 * SalesDay.objects.count())
        mine: dict[str, Any] = {"owner": cast.owner, "team": cast.owner.team}
        records.SalesDayFactory(day=day, orders=1, order_revenue=100, **mine)
        records.SurveyDayFactory(day=day, **mine)


@pytest.fixture
def crowd(cast: Cast) -> Callable[[int], Crowd]:
    """Return a maker of crowds; everything belongs to the cast's owner."""

    def gather(count: int) -> Crowd:
        organisation = records.CustomerFactory(kind="organisation", owner=cast.owner)
        customer = records.CustomerFactory(owner=cast.owner, organisation=organisation)
        run = staff.JobRunFactory(name="metrics", started_by=cast.owner, state="succeeded")
        made = Crowd(
            customer=customer,
            order=records.OrderFactory(customer=customer),
            product=records.ProductFactory(),
            survey=records.SurveyFactory(),
            answer=records.SurveyAnswerFactory(customer=customer),
            run=run,
            job=staff.ImportFactory(started_by=cast.owner, run=staff.JobRunFactory(name="import", state="succeeded")),
            unmapped=staff.ImportFactory(started_by=cast.owner),
            task=tasks.TaskFactory(customer=customer, kind="meeting"),
            segment=standing.SegmentFactory(owner=cast.owner, rule=BY_TAG),
        )
        made.grow(cast, count)
        return made

    return gather
