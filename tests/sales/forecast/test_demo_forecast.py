"""The demo company's targets, snapshots and adjustments: what a manager expects to find."""

from __future__ import annotations

import datetime as dt

import pytest

from crm_site.staff.models import User
from sales.models import ForecastAdjustment, ForecastSnapshot, SalesTarget
from sales.selectors.forecast import read_forecast
from sales.selectors.forecast_course import read_course
from sales.selectors.periods import ForecastPeriod, Reach
from tests.demo_company import company  # noqa: F401, a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("company")]


def test_everybody_who_sells_has_a_target_for_each_month_of_three_years() -> None:
    sellers = User.objects.filter(roles__code__in=("rep", "team-lead"), email__endswith="@demo.example").distinct()
    for one in sellers:
        rows = SalesTarget.objects.filter(owner=one)
        assert rows.count() == 36
        assert all(row.amount >= 1000 and row.team_id == one.team_id for row in rows)


def test_the_last_ninety_days_have_snapshots_that_end_where_the_grid_stands() -> None:
    days = ForecastSnapshot.objects.order_by("day").values_list("day", flat=True).distinct()
    assert len(days) == 90
    assert days[89] - days[0] == dt.timedelta(days=89)
    manager = User.objects.get(email="manager@demo.example")
    period = ForecastPeriod.read("", days[89] + dt.timedelta(days=1))
    course = read_course(Reach(manager), period)
    top = read_forecast(Reach(manager), period)[0]
    assert course[-1].figures["pipeline"] > 0
    assert top.sums.upto("pipeline") > 0


def test_the_manager_has_said_something_of_a_team_and_of_a_person() -> None:
    said = ForecastAdjustment.objects.order_by("pk")
    assert [(one.owner is None, one.level) for one in said] in (
        [(True, "commit"), (False, "best_case")],
        [(True, "commit")],
    )
    assert all(one.note and one.author_id and one.computed for one in said)
