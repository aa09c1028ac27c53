"""The demo company's deals: a believable funnel whose ledger adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, F, Q, Sum

from customers.models import Activity, Task
from sales.models import ContactRole, Opportunity, OpportunityChange, OpportunityLine
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_the_funnel_narrows_and_ends_both_ways() -> None:
    counts = dict(Opportunity.objects.order_by().values_list("status").annotate(count=Count("pk")))
    assert sum(counts.values()) == 200
    assert counts["open"] > 30
    assert counts["won"] > 30
    assert counts["lost"] > counts["won"]
    stages = Opportunity.objects.open().values_list("stage__position").annotate(n=Count("pk")).order_by("stage")
    assert len(stages) == 4
    assert stages[0][1] > stages[3][1]
    assert not Opportunity.objects.closed().filter(reason=None).exists()
    assert Opportunity.objects.filter(currency="CNY").exists()


def test_the_ledger_adds_up_for_every_owner() -> None:
    opened = Opportunity.objects.open().order_by().values_list("owner").annotate(total=Sum("base_amount"))
    told = OpportunityChange.objects.order_by().values_list("owner").annotate(total=Sum("delta"))
    assert {owner: total for owner, total in told if total} == {owner: total for owner, total in opened if total}
    ended = OpportunityChange.objects.filter(opportunity__in=Opportunity.objects.closed())
    assert ended.aggregate(total=Sum("delta"))["total"] == Decimal(0)


def test_every_deal_has_the_way_behind_it_that_its_stage_tells() -> None:
    moves = Count("changes", filter=Q(changes__kind="moved"))
    found: Any = Opportunity.objects.select_related("stage").annotate(moves=moves)
    for deal in found:
        assert deal.moves == deal.stage.position - 1
        assert deal.opened_at <= deal.stage_entered_at <= deal.touched_at
        assert deal.closed_at is None or deal.closed_at >= deal.touched_at
    assert not Opportunity.objects.exclude(base_amount=F("amount") * F("exchange_rate")).filter(currency="EUR").exists()


def test_next_steps_are_the_tasks_that_stand_there() -> None:
    tasks = Task.objects.filter(subject_kind="opportunity", state="open")
    assert tasks.count() == Opportunity.objects.exclude(next_step="").count() > 20
    for task in tasks:
        deal = Opportunity.objects.get(pk=task.subject_id or 0)
        assert (deal.next_step, deal.next_step_date, deal.customer_id) == (task.title, task.due_date, task.customer_id)
    assert Opportunity.objects.without_next_step().exists()


def test_lines_contacts_and_entries_come_along() -> None:
    for deal in Opportunity.objects.filter(amount_from_lines=True):
        assert deal.lines.aggregate(total=Sum("amount"))["total"] == deal.amount
    assert OpportunityLine.objects.count() > 10
    assert ContactRole.objects.filter(is_primary=True).count() > 50
    assert Activity.objects.filter(verb="opportunity.opened").count() == 200
