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
from tests.factories import (
    contacts,
    deals,
    forms,
    leads,
    needs,
    notifications,
    records,
    staff,
    standing,
    tasks,
    worktime,
)

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
    deal: Any
    lead: Any
    need: Any
    form: Any
    submission: Any

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
            self._grow_deals(cast)
            self._grow_facts(cast)
            self._grow_tasks(cast)
            self._grow_standing(cast)
            self._grow_forms()

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

    def _grow_forms(self) -> None:
        forms.FormFieldFactory(form=self.form)
        forms.SubmissionFactory(form=forms.FormFactory())
        forms.FormHookFactory(form=self.form)

    def _grow_standing(self, cast: Cast) -> None:
        standing.SegmentMemberFactory(segment=standing.SegmentFactory(owner=cast.owner), customer=self.customer)
        standing.ClassMemberFactory(customer=self.customer)
        newcomer = records.CustomerFactory(owner=cast.owner)
        standing.SegmentMemberFactory(segment=self.segment, customer=newcomer)
        standing.SegmentMoveFactory(segment=self.segment, customer=newcomer)
        standing.StageMoveFactory(customer=newcomer, rule=LifecycleRule.objects.get(stage="new"))
        standing.StageMoveFactory(customer=self.customer, rule=LifecycleRule.objects.get(stage="new"))

    def _grow_deals(self, cast: Cast) -> None:
        deals.OpportunityFactory(customer=self.customer)
        deals.OpportunityFactory(customer=records.CustomerFactory(owner=cast.owner), stage=deals.StageFactory())
        deals.OpportunityLineFactory(opportunity=self.deal)
        deals.ContactRoleFactory(opportunity=self.deal, person=records.CustomerFactory(owner=cast.owner))
        deals.OpportunityChangeFactory(opportunity=self.deal, actor=cast.teammate)
        deals.ExchangeRateFactory()
        deals.ReasonFactory()
        self.deal.competitors.add(deals.CompetitorFactory())
        about = {"subject_kind": "opportunity", "subject_id": self.deal.pk, "customer": self.customer}
        tasks.TaskFactory(**about)
        records.ActivityFactory(**about, actor=cast.owner)
        self._grow_leads(cast)
        self._grow_needs(cast)

    def _grow_leads(self, cast: Cast) -> None:
        leads.LeadFactory(customer=self.customer, owner=cast.owner)
        leads.LeadFactory(customer=records.CustomerFactory())
        leads.ScoreRuleFactory()
        worktime.AssignmentLogFactory(kind="lead", record_id=self.lead.pk, user=cast.teammate)
        about = {"subject_kind": "lead", "subject_id": self.lead.pk, "customer": self.lead.customer}
        tasks.TaskFactory(**about)
        records.ActivityFactory(**about, actor=cast.owner)

    def _grow_needs(self, cast: Cast) -> None:
        facts: dict[str, Any] = {"category": needs.NeedCategoryFactory(), "topic": needs.NeedTopicFactory()}
        needs.NeedFactory(customer=self.customer, product=records.ProductFactory(), opportunity=self.deal, **facts)
        needs.NeedFactory(customer=self.customer, **facts)
        about = {"subject_kind": "need", "subject_id": self.need.pk, "customer": self.need.customer}
        tasks.TaskFactory(**about)
        records.ActivityFactory(**about, actor=cast.owner)

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
        records.DealDayFactory(day=day, **mine)
        records.StageDayFactory(day=day, stage=deals.StageFactory(pipeline=self.deal.pipeline), **mine)
        records.DealSliceFactory(day=day, key=f"source {day}", **mine)
        records.LeadDayFactory(day=day, source=f"source {day}", **mine)


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
            deal=deals.OpportunityFactory(customer=customer),
            lead=leads.LeadFactory(customer=customer, owner=cast.owner),
            need=needs.NeedFactory(customer=customer),
            form=forms.FormFactory(),
            submission=forms.SubmissionFactory(),
        )
        made.grow(cast, count)
        return made

    return gather
