"""A small company whose forecast is known to the cent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from crm_site.staff.models import User
from sales.models import Opportunity
from sales.selectors.periods import ForecastPeriod
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.forecast import SalesTargetFactory
from tests.factories.records import CustomerFactory

QUARTER = ForecastPeriod.read("2026-Q4")
NOON = dt.time(12, tzinfo=dt.UTC)


def deal(owner: User, amount: int, category: str, **facts: Any) -> Opportunity:
    """Return a deal that should close in November 2026."""
    values = {"expected_close": dt.date(2026, 11, 20), "probability": 50, **facts}
    made: Opportunity = OpportunityFactory(
        customer=CustomerFactory(owner=owner), amount=amount, category=category, **values
    )
    return made


def won(owner: User, amount: int, day: dt.date) -> Opportunity:
    """Return a deal that was won on a day."""
    closed = dt.datetime.combine(day, NOON)
    return deal(owner, amount, "commit", status="won", closed_at=closed, probability=100)


@pytest.fixture
def company(cast: Cast) -> Cast:
    """Deals of four people: what counts, and what must not."""
    won(cast.owner, 1000, dt.date(2026, 10, 1))
    won(cast.owner, 9999, dt.date(2026, 9, 30))
    deal(cast.owner, 2000, "commit", probability=75)
    deal(cast.owner, 4000, "best_case")
    deal(cast.owner, 8000, "pipeline", probability=10)
    deal(cast.owner, 7777, "omitted")
    deal(cast.owner, 5555, "commit", expected_close=dt.date(2027, 1, 1))
    deal(cast.owner, 6666, "commit", status="lost", closed_at=dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC))
    won(cast.teammate, 500, dt.date(2026, 12, 31))
    deal(cast.lead, 300, "pipeline")
    deal(cast.outsider, 70, "commit")
    SalesTargetFactory(owner=cast.owner, month=dt.date(2026, 10, 1), amount=3000)
    SalesTargetFactory(owner=cast.owner, month=dt.date(2026, 12, 1), amount=2000)
    SalesTargetFactory(owner=cast.owner, month=dt.date(2027, 1, 1), amount=9000)
    SalesTargetFactory(owner=cast.teammate, month=dt.date(2026, 11, 1), amount=400)
    SalesTargetFactory(owner=None, team=cast.lead.team, month=dt.date(2026, 11, 1), amount=10000)
    return cast
