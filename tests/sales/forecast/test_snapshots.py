"""What the forecast was, day by day: one set of rows a day, and the same figures as the grid of that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.lib.days import organisation_today
from crm_site.staff.models import User
from sales.choices import ForecastLevel
from sales.models import ForecastSnapshot, Opportunity
from sales.selectors.forecast import read_forecast
from sales.selectors.forecast_course import read_course
from sales.selectors.periods import ForecastPeriod, Reach
from sales.services.snapshotting import snapshot_forecast
from tests.conftest import Cast
from tests.sales.forecast.conftest import QUARTER, deal

SignIn = Callable[[User], Client]
DAY = dt.date(2026, 11, 20)


def rows() -> list[Any]:
    """Return every snapshot."""
    names = ("day", "month", "owner", "team", "category", "count", "amount", "weighted")
    return list(ForecastSnapshot.objects.order_by(*names).values_list(*names))


def test_a_snapshot_says_what_the_grid_says(company: Cast) -> None:
    snapshot_forecast(DAY, "Europe/Berlin")
    for person in (company.manager, company.lead, company.owner):
        top = read_forecast(Reach(person), QUARTER)[0]
        (day,) = read_course(Reach(person), QUARTER)
        assert day.figures == {level.value: top.sums.upto(level) for level in ForecastLevel}
        assert day.weighted == top.sums.expected


def test_a_second_run_of_the_day_replaces_the_first(company: Cast) -> None:
    snapshot_forecast(DAY, "Europe/Berlin")
    first = rows()
    assert snapshot_forecast(DAY, "Europe/Berlin") == len(first)
    assert rows() == first
    Opportunity.objects.filter(category="pipeline").delete()
    snapshot_forecast(DAY, "Europe/Berlin")
    assert len(rows()) < len(first)
    snapshot_forecast(DAY + dt.timedelta(days=1), "Europe/Berlin")
    assert {row[0] for row in rows()} == {DAY, DAY + dt.timedelta(days=1)}


def test_the_job_writes_the_day_of_the_organisation(cast: Cast, settings: Settings) -> None:
    deal(cast.owner, 10, "commit", expected_close=organisation_today())
    for _time in range(2):
        run_job(start_job("forecast_snapshots", wake=False).pk)
    assert [row[0] for row in rows()] == [organisation_today()]


def test_the_page_draws_the_days_with_a_table_beside(company: Cast, signed_in: SignIn) -> None:
    page = reverse("sales:forecast-course")
    assert "no snapshot" in signed_in(company.owner).get(page).content.decode()
    snapshot_forecast(DAY, "Europe/Berlin")
    shown = signed_in(company.owner).get(f"{page}?period=2026-Q4").content.decode()
    assert "€15,000" in shown
    assert "20 Nov" in shown
    assert "as a table" in shown
    assert "€15,000" not in signed_in(company.outsider).get(f"{page}?period=2026-Q4").content.decode()
    assert ForecastPeriod.read("2026-Q4") == QUARTER
