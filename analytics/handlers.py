"""Reactions of analytics: live counters and facts follow every change within a second."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from analytics.services.facts import refresh_answers, refresh_first_orders, refresh_sales
from analytics.services.figures import refresh_customers
from analytics.services.following import follow_operation, refresh_days_of_deals, refresh_days_of_leads
from analytics.services.health import refresh_health
from analytics.services.slices import refresh_rfm_slices, refresh_value_slices
from crm_site.events.base import BatchEvent
from crm_site.events.handling import handles
from crm_site.history.events import OperationUndone, RecordsDeleted, RecordsRestored
from crm_site.jobs.starting import start_job
from crm_site.lib.days import organisation_day
from customers.events import (
    CustomerChanged,
    CustomersChanged,
    CustomersImported,
    TaskCancelled,
    TaskFinished,
    TaskMoved,
    TaskReopened,
)
from customers.models import CustomerMetrics, Task
from sales.events import (
    LeadAnswered,
    LeadChanged,
    LeadConverted,
    LeadDisqualified,
    LeadGiven,
    LeadMerged,
    LeadPooled,
    LeadReceived,
    LeadRevived,
    LeadsChanged,
    LeadsImported,
    OpportunitiesChanged,
    OpportunitiesImported,
    OpportunitiesMoved,
    OpportunityChanged,
    OpportunityLost,
    OpportunityMoved,
    OpportunityOpened,
    OpportunityReopened,
    OpportunityWon,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    OrdersChanged,
    OrdersImported,
)
from sales.models import Order
from service.events import AnswersImported, SurveyAnswerChanged, SurveyAnswered
from service.models import SurveyAnswer


@handles(OrderPlaced, OrderCancelled, after_commit=True)
def follow_order(event: OrderPlaced | OrderCancelled) -> None:
    """Count an order, or count it no more."""
    _follow_order(event.order_id)


@handles(OrderChanged, after_commit=True)
def follow_order_change(event: OrderChanged) -> None:
    """Count a changed order anew, also for the customer and on the day it had before."""
    _follow_order(event.order_id, event.former_customer_id, event.former_day)


Deal = (
    OpportunityOpened | OpportunityChanged | OpportunityMoved | OpportunityWon | OpportunityLost | OpportunityReopened
)
ManyChanged = CustomersChanged | OrdersChanged | OpportunitiesChanged | OpportunitiesMoved | LeadsChanged
Enquiry = (
    LeadReceived | LeadChanged | LeadAnswered | LeadGiven | LeadPooled | LeadDisqualified | LeadRevived | LeadConverted
)


@handles(*get_args(Deal), after_commit=True)
def follow_deal(event: Deal) -> None:
    """Count a deal anew on the days of its ledger: those it was opened and ended on, also when it ended before."""
    refresh_days_of_deals([event.opportunity_id])


@handles(*get_args(Enquiry), after_commit=True)
def follow_lead(event: Enquiry) -> None:
    """Count a lead anew on the day it came in."""
    refresh_days_of_leads([event.lead_id])


@handles(LeadMerged, after_commit=True)
def follow_merged_leads(event: LeadMerged) -> None:
    """Count both leads anew: the one that is left may have taken the other's answer and its earlier day."""
    refresh_days_of_leads([event.lead_id, event.survivor_id])


@handles(SurveyAnswered, after_commit=True)
def follow_answer(event: SurveyAnswered) -> None:
    """Count an answer."""
    _follow_answer(event.answer_id)


@handles(SurveyAnswerChanged, after_commit=True)
def follow_answer_change(event: SurveyAnswerChanged) -> None:
    """Count a changed answer anew, also for the customer and on the day it had before."""
    _follow_answer(event.answer_id, event.former_customer_id, event.former_day)


@handles(CustomerChanged, after_commit=True)
def follow_owner(event: CustomerChanged) -> None:
    """Move a customer's figures to those who may see them now."""
    if not {"owner", "owner_id", "team", "team_id"} & set(event.fields.split(",")):
        return
    metrics = CustomerMetrics.objects.filter(customer=event.customer_id).first()
    if metrics is not None and metrics.first_order_at is not None:
        day = organisation_day(metrics.first_order_at)
        refresh_first_orders(day, day)
    refresh_rfm_slices()
    refresh_value_slices()


@handles(TaskFinished, TaskMoved, TaskReopened, TaskCancelled, after_commit=True)
def follow_task(event: TaskFinished | TaskMoved | TaskReopened | TaskCancelled) -> None:
    """Score a customer's health again when what waits for us there changed."""
    refresh_health(
        list(Task.objects.filter(pk=event.task_id).exclude(customer=None).values_list("customer", flat=True))
    )


@handles(OrdersImported, AnswersImported, CustomersImported, OpportunitiesImported, LeadsImported, after_commit=True)
def follow_import(event: BatchEvent) -> None:
    """Rebuild the figures once after many records came in."""
    kind = "orders" if isinstance(event, OrdersImported) else "records"
    start_job("metrics", {"cause": f"{kind}:{event.source}"})


@handles(*get_args(ManyChanged), after_commit=True)
def follow_bulk_change(event: ManyChanged) -> None:
    """Count anew what a bulk change touched; outside an operation nobody knows what that was."""
    if event.operation_id:
        follow_operation(event.operation_id)
    else:
        start_job("metrics", {"cause": f"bulk:{event.source}"})


@handles(OperationUndone, after_commit=True)
def follow_undo(event: OperationUndone) -> None:
    """Count anew what an undo touched."""
    follow_operation(event.undo_id)


@handles(RecordsDeleted, RecordsRestored, after_commit=True)
def follow_trash(event: RecordsDeleted | RecordsRestored) -> None:
    """Count deleted records no more, and restored ones again."""
    follow_operation(event.operation_id)


def _follow_order(pk: int, former_customer: int = 0, former_day: str = "") -> None:
    order = Order.objects.filter(pk=pk).first()
    _refresh_customers(order.customer_id if order else None, former_customer)
    for day in _touched(organisation_day(order.ordered_at) if order else None, former_day):
        refresh_sales(day, day)


def _follow_answer(pk: int, former_customer: int = 0, former_day: str = "") -> None:
    answer = SurveyAnswer.objects.filter(pk=pk).first()
    _refresh_customers(answer.customer_id if answer else None, former_customer)
    for day in _touched(organisation_day(answer.answered_at) if answer else None, former_day):
        refresh_answers(day, day)


def _refresh_customers(*ids: int | None) -> None:
    refresh_customers([pk for pk in ids if pk])


def _touched(day: dt.date | None, former: str) -> list[dt.date]:
    """Return the days to count anew: the one the record has, and the one it had."""
    days = {day} if day else set()
    if former:
        days.add(dt.date.fromisoformat(former))
    return sorted(days)
