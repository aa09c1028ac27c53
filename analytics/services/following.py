"""What analytics counts anew after records were deleted, brought back or put back as they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from analytics.services.facts import refresh_answers, refresh_deals, refresh_first_orders, refresh_sales
from analytics.services.figures import refresh_customers
from analytics.services.report_facts import refresh_deal_slices, refresh_leads, refresh_stages
from analytics.services.slices import refresh_rfm_slices, refresh_value_slices
from crm_site.history.models import Change, Insertion
from crm_site.jobs.starting import start_job
from crm_site.lib.days import organisation_day
from customers.models import Customer, CustomerMetrics
from sales.choices import ChangeKind
from sales.models import Lead, Opportunity, OpportunityChange, Order
from service.models import SurveyAnswer

# Beyond, all figures are rebuilt by the job.
AT_ONCE = 1000
WHO = {"owner_id", "team_id"}
# What the ledger of opportunities says of the days that facts count on.
COUNTED = (ChangeKind.CREATED, ChangeKind.WON, ChangeKind.LOST)


@dataclass
class Touched:
    """Customers and days whose figures an operation touched."""

    customers: set[int] = field(default_factory=set)
    days: set[dt.date] = field(default_factory=set)

    def add(self, customer: Any, at: Any) -> None:
        """Remember a customer and a moment; either may be unknown."""
        if customer:
            self.customers.add(int(customer))
        if at:
            moment = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
            self.days.add(organisation_day(moment))


def follow_operation(operation: int) -> None:
    """Compute the figures again that rest on what an operation wrote: at once for few rows, by the job for many."""
    inserted = Insertion.objects.filter(operation_id=operation)
    many = Change.objects.filter(operation_id=operation)[: AT_ONCE + 1].count()
    if many + sum(len(ids) for ids in inserted.values_list("record_ids", flat=True)[:AT_ONCE]) > AT_ONCE:
        start_job("metrics", {"cause": f"operation:{operation}"})
        return
    orders = _touched(operation, Order, "ordered_at")
    deals = _touched(operation, Opportunity, "opened_at", "closed_at")
    answers = _touched(operation, SurveyAnswer, "answered_at")
    refresh_customers([*orders.customers, *answers.customers])
    for day in sorted(orders.days):
        refresh_sales(day, day)
    for day in sorted(deals.days):
        _refresh_deal_day(day)
    for day in sorted(_touched(operation, Lead, "received_at").days):
        refresh_leads(day, day)
    for day in sorted(answers.days):
        refresh_answers(day, day)
    _follow_owners(operation)


def refresh_days_of_deals(ids: Iterable[int]) -> None:
    """Count anew the days on which these deals were opened or ended, now or before.

    The ledger knows them all, and the history those that were corrected.
    """
    keys = list(ids)
    told = OpportunityChange.objects.filter(opportunity__in=keys, kind__in=COUNTED)
    days = {organisation_day(at) for at in told.values_list("at", flat=True)}
    for day in sorted(days | _corrected(Opportunity, keys, "opened_at", "closed_at")):
        _refresh_deal_day(day)


def refresh_days_of_leads(ids: Iterable[int]) -> None:
    """Count anew the days on which these leads came in, as they are known now or were before."""
    keys = list(ids)
    came = Lead.objects.filter(pk__in=keys).values_list("received_at", flat=True)
    days = {organisation_day(at) for at in came}
    for day in sorted(days | _corrected(Lead, keys, "received_at")):
        refresh_leads(day, day)


def _corrected(model: Any, keys: list[int], *moments: str) -> set[dt.date]:
    """Return the days that stood in these columns before somebody changed them."""
    table = model._meta.db_table
    told = Change.objects.filter(root_table=table, root_id__in=keys, table_name=table, before__has_any_keys=moments)
    found = Touched()
    for before in told.values_list("before", flat=True):
        for moment in moments:
            found.add(None, before.get(moment))
    return found.days


def _refresh_deal_day(day: dt.date) -> None:
    refresh_deals(day, day)
    refresh_stages(day, day)
    refresh_deal_slices(day, day)


def _touched(operation: int, model: Any, *moments: str) -> Touched:
    """Return the customers and days of rows as they were and as they are now."""
    found, table = Touched(), model._meta.db_table
    ids: set[int] = set()
    changes = Change.objects.filter(operation_id=operation, table_name=table)
    for pk, before in changes.values_list("record_id", "before"):
        ids.add(pk)
        for moment in moments:
            found.add(before.get("customer_id"), before.get(moment))
    for keys in Insertion.objects.filter(operation_id=operation, table_name=table).values_list("record_ids", flat=True):
        ids.update(keys)
    for customer, *times in model.objects.filter(pk__in=ids).values_list("customer_id", *moments):
        for at in times:
            found.add(customer, at)
    return found


def _follow_owners(operation: int) -> None:
    """Move the figures of customers that came, went or changed hands."""
    table = Customer._meta.db_table
    rows = Change.objects.filter(operation_id=operation, table_name=table).values_list("record_id", "action", "before")
    moved = {pk for pk, action, before in rows if action == "D" or WHO & set(before)}
    for keys in Insertion.objects.filter(operation_id=operation, table_name=table).values_list("record_ids", flat=True):
        moved.update(keys)
    if not moved:
        return
    firsts = CustomerMetrics.objects.filter(customer__in=moved).values_list("first_order_at", flat=True)
    for day in sorted({organisation_day(at) for at in firsts if at is not None}):
        refresh_first_orders(day, day)
    refresh_rfm_slices()
    refresh_value_slices()
