"""Deals and leads of a small company that have ended, leaked and waited."""

import datetime as dt
from typing import Any

from django.utils import timezone

from sales.models import Competitor, Opportunity, Pipeline, Reason, Stage
from sales.services import change_opportunity, lose_opportunity, win_opportunity
from tests.factories.deals import CompetitorFactory, OpportunityFactory
from tests.factories.leads import LeadFactory
from tests.factories.records import CustomerFactory, ProductFactory

AT = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def fresh(deal: Opportunity) -> Opportunity:
    """Return the deal as it stands."""
    return Opportunity.objects.get(pk=deal.pk)


def stages() -> list[Stage]:
    """Return the stages of the default pipeline."""
    return list(Stage.objects.filter(pipeline=Pipeline.objects.get(is_default=True)).order_by("position"))


def close_on(deal: Opportunity, how: str, at: dt.datetime = AT, **facts: Any) -> None:
    """End a deal at a moment."""
    reason = Reason.objects.filter(kind=how).order_by("pk")[0]
    end = win_opportunity if how == "won" else lose_opportunity
    end(fresh(deal), fresh(deal).version, reason, None, closed_at=at, **facts)


def make_deals(owner: Any, size: int) -> None:
    """Give somebody `size` rounds of a won, a lost and two open deals, opened in February."""
    _first, second, third = stages()[:3]
    competitor = Competitor.objects.first() or CompetitorFactory(name="Rival")
    product = ProductFactory()
    for number in range(size):
        opened = AT - dt.timedelta(days=20 + number)
        common = {"customer": CustomerFactory(owner=owner), "opened_at": opened, "stage_entered_at": opened}
        won = OpportunityFactory(amount=2000 + number, source="Fair", product=product, **common)
        change_opportunity(won, won.version, {"stage": second}, None)
        lost = OpportunityFactory(amount=500, stage=second, **common)
        close_on(won, "won")
        close_on(lost, "lost", lost_to=competitor)
        OpportunityFactory(amount=300, **common)
        OpportunityFactory(amount=30_000, stage=third, rots_at=timezone.now() - HOUR, **common)


def make_leads(owner: Any, size: int) -> None:
    """Give somebody leads: answered in time, answered late, waiting too long, and ended without an answer."""
    reason = Reason.objects.filter(kind="disqualified").order_by("pk")[0]
    for number in range(size):
        came = AT + number * HOUR
        common = {"owner": owner, "received_at": came, "response_due_at": came + 4 * HOUR}
        LeadFactory(source="Fair", first_response_at=came + HOUR, response_seconds=3600, **common)
        LeadFactory(first_response_at=came + 9 * HOUR, response_seconds=9 * 3600 + 30, **common)
        LeadFactory(source="Web", **common)
        LeadFactory(source="Web", status="disqualified", reason=reason, **common)
