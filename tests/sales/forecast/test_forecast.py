"""The forecast of a small company: every cell exactly, recounted from its rows; who sees what; what managers say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm_site.staff.models import User
from sales.choices import ForecastLevel
from sales.lists import opportunity_list
from sales.models import ForecastAdjustment
from sales.selectors.forecast import Line, read_forecast
from sales.selectors.periods import ForecastPeriod, Reach
from sales.services.forecasting import adjust_forecast
from sales.views.forecast import rows_url
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.sales.forecast.conftest import QUARTER, deal

SignIn = Callable[[User], Client]


def grid(user: User, **params: str) -> dict[str, Line]:
    """Return the lines of the grid by their labels."""
    return {line.label: line for line in read_forecast(Reach.read(user, params), QUARTER)}


def figures(line: Line) -> Any:
    """Return won, commit, best case, pipeline and weighted."""
    return (*(line.sums.upto(level) for level in ForecastLevel), line.sums.expected)


def test_every_figure_of_a_person_is_cumulative_and_omitted_deals_count_nowhere(company: Cast) -> None:
    line = grid(company.manager)["Olga Owner"]
    assert figures(line) == (1000, 3000, 7000, 15000, 1000 + 1500 + 2000 + 800)
    assert line.target == 5000
    assert line.gap == 4000
    assert line.coverage == Decimal("3.5")
    assert line.sums.counts == {"won": 1, "commit": 1, "best_case": 1, "pipeline": 1}


def test_teams_sum_up_what_stands_below_them(company: Cast) -> None:
    lines = grid(company.manager)
    assert list(lines) == [
        "Company", "Sales", "Lena Lead", "North", "Olga Owner", "Tom Teammate", "South",
        "Oskar Outsider",
    ]  # fmt: skip
    assert [line.depth for line in lines.values()] == [0, 1, 2, 2, 3, 3, 1, 2]
    assert figures(lines["North"]) == (1500, 3500, 7500, 15500, 5800)
    assert figures(lines["Sales"]) == (1500, 3500, 7500, 15800, 5950)
    assert figures(lines["Company"]) == (1500, 3570, 7570, 15870, 5985)
    assert lines["North"].target == 5400
    assert lines["Sales"].target == 10000
    assert lines["Company"].target == 10000
    assert lines["Tom Teammate"].gap == 0
    assert lines["Tom Teammate"].coverage is None


def test_a_recount_of_the_rows_equals_every_cell(company: Cast) -> None:
    for person in (company.manager, company.lead, company.owner):
        reach = Reach(person)
        for line in read_forecast(reach, QUARTER):
            for level in ForecastLevel:
                params = QueryDict(rows_url(line, level.value, reach, QUARTER).partition("?")[2])
                rows = opportunity_list.queryset(person, params)
                assert (rows.aggregate(sum=Sum("base_amount"))["sum"] or 0) == line.sums.upto(level), (line, level)
                assert rows.count() == line.sums.count_upto(level)
            params = QueryDict(rows_url(line, "open", reach, QUARTER).partition("?")[2])
            rows = opportunity_list.queryset(person, params)
            assert (rows.aggregate(sum=Sum("base_amount"))["sum"] or 0) == line.sums.open
            assert (rows.aggregate(sum=Sum("base_weighted"))["sum"] or 0) == line.sums.weighted


def test_a_month_takes_only_what_closes_in_it(company: Cast) -> None:
    november = read_forecast(Reach(company.owner), ForecastPeriod.read("2026-11"))
    assert [figures(line) for line in november] == [(0, 2000, 6000, 14000, 4300)]
    october = read_forecast(Reach(company.owner), ForecastPeriod.read("2026-10"))
    assert [figures(line) for line in october] == [(1000,) * 5]
    assert [line.target for line in october] == [Decimal(3000)]


def test_a_rep_sees_only_their_own_line(company: Cast) -> None:
    lines = grid(company.owner)
    assert list(lines) == ["Olga Owner"]
    assert figures(lines["Olga Owner"]) == (1000, 3000, 7000, 15000, 5300)
    assert list(grid(company.lead)) == ["Sales", "Lena Lead", "North", "Olga Owner", "Tom Teammate"]


def test_a_foreign_team_does_not_exist(company: Cast, signed_in: SignIn) -> None:
    south, north = company.outsider.team_id, company.owner.team_id
    for name in ("forecast", "monday", "forecast-course", "target-grid", "forecast-adjust"):
        page = reverse(f"sales:{name}")
        assert signed_in(company.lead).get(f"{page}?team={south}").status_code == 404
        assert signed_in(company.lead).get(f"{page}?team={north}").status_code == 200
        assert signed_in(company.owner).get(f"{page}?team={north}").status_code == 404
        assert signed_in(company.manager).get(f"{page}?team=nonsense").status_code == 404


def test_the_page_shows_the_figures_and_opens_their_rows(company: Cast, signed_in: SignIn) -> None:
    page = signed_in(company.manager).get(f"{reverse('sales:forecast')}?period=2026-Q4").content.decode()
    assert "Q4 2026" in page
    assert "€15,870" in page
    assert "3.5 ×" in page
    assert "reached" in page
    assert "forecast=commit&amp;forecast_period=2026-Q4" in page
    for broken in ("2026-13", "", "2026-Q5", "9999-Q1", "x" * 300):
        assert signed_in(company.manager).get(reverse("sales:forecast"), {"period": broken}).status_code == 200


def test_the_page_takes_few_queries_however_many_people_and_deals_there_are(company: Cast, signed_in: SignIn) -> None:
    client, address = signed_in(company.manager), f"{reverse('sales:forecast')}?period=2026-Q4"

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = asked()
    for person in (company.owner, company.teammate, company.lead, company.manager, company.admin):
        for amount in range(10):
            deal(person, amount, "commit")
    assert asked() == few
    assert few <= 15


def test_an_adjustment_stands_beside_the_figure_and_reaches_the_lines_above(company: Cast) -> None:
    manager, north = company.manager, company.owner.team
    adjust_forecast(QUARTER, north, company.owner, "commit", Decimal(2500), "One will slip.", company.lead)
    lines = grid(manager)
    assert lines["Olga Owner"].sums.upto("commit") == 3000
    assert lines["Olga Owner"].adjusted("commit") == 2500
    assert lines["North"].adjusted("commit") == 3000
    assert lines["Company"].adjusted("commit") == 3070
    assert lines["Olga Owner"].adjusted("pipeline") is None
    adjust_forecast(QUARTER, north, None, "commit", Decimal(9000), "They are hiding deals.", manager)
    lines = grid(manager)
    assert lines["North"].adjusted("commit") == 9000
    assert lines["Sales"].adjusted("commit") == 9000
    assert grid(company.owner)["Olga Owner"].adjusted("commit") == 2500


def test_what_was_said_before_is_kept_and_can_be_taken_back(company: Cast) -> None:
    north = company.owner.team
    first = adjust_forecast(QUARTER, north, company.owner, "commit", Decimal(2500), "One will slip.", company.lead)
    adjust_forecast(QUARTER, north, company.owner, "commit", Decimal(2600), "Less than thought.", company.lead)
    third = adjust_forecast(QUARTER, north, company.owner, "commit", None, "It closed.", company.manager)
    assert grid(company.manager)["Olga Owner"].adjusted("commit") is None
    said: Any = ForecastAdjustment.objects.order_by("version").values_list("version", "amount", "computed")
    assert list(said) == [(1, 2500, 3000), (2, 2600, 3000), (3, None, 3000)]
    assert (first.author, third.author) == (company.lead, company.manager)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"level": "commit", "amount": "1", "note": ""}, 422),
        ({"level": "commit", "amount": "1", "note": "   "}, 422),
        ({"level": "won", "amount": "1", "note": "why"}, 422),
        ({"level": "commit", "amount": "-1", "note": "why"}, 422),
        ({"level": "commit", "amount": "many", "note": "why"}, 422),
        ({"level": "commit", "amount": "1", "note": "why"}, 302),
    ],
)
def test_an_adjustment_needs_a_figure_and_a_reason(
    company: Cast, signed_in: SignIn, data: dict[str, str], status: int
) -> None:
    address = f"{reverse('sales:forecast-adjust')}?period=2026-Q4&team={company.owner.team_id}"
    assert signed_in(company.lead).post(address, data).status_code == status
    assert ForecastAdjustment.objects.count() == (status == 302)


def test_only_who_leads_a_line_adjusts_it(company: Cast, signed_in: SignIn) -> None:
    page, said = reverse("sales:forecast-adjust"), {"level": "commit", "amount": "1", "note": "why"}
    own = f"{page}?period=2026-Q4&owner={company.owner.pk}"
    within = f"{own}&team={company.owner.team_id}"
    assert signed_in(company.owner).get(own).status_code == 200
    assert signed_in(company.owner).post(own, said).status_code == 403
    assert signed_in(company.teammate).get(own).status_code == 404
    assert signed_in(company.outsider).post(within, said).status_code == 404
    assert signed_in(company.lead).post(page, said).status_code == 404
    assert signed_in(company.marketer).post(within, said).status_code == 403
    assert ForecastAdjustment.objects.count() == 0
    assert signed_in(company.lead).post(within, said).status_code == 302
    assert signed_in(company.manager).post(page, said).status_code == 302
    assert "why" in signed_in(company.owner).get(own).content.decode()


def test_periods_know_their_neighbours() -> None:
    assert (QUARTER.moved(1).code, QUARTER.moved(-4).code) == ("2027-Q1", "2025-Q4")
    assert ForecastPeriod.read("2026-12").moved(1).code == "2027-01"
    assert ForecastPeriod.read("nonsense", dt.date(2026, 5, 31)).code == "2026-Q2"
    assert ForecastPeriod.read("2026-02").as_months(3).code == "2026-Q1"
    assert (QUARTER.start, QUARTER.last) == (dt.date(2026, 10, 1), dt.date(2026, 12, 31))


def test_a_filter_of_the_forecast_survives_nonsense(company: Cast, signed_in: SignIn) -> None:
    client, page = signed_in(company.manager), reverse("sales:opportunity-list")
    for query in ("forecast=commit", "forecast=x&forecast_period=2026-Q4", "changed=x", "changed=won&changed_from=x"):
        assert client.get(f"{page}?{query}").status_code == 200


def test_deals_of_nobody_stand_beside_the_teams_under_a_sum_of_everything(company: Cast) -> None:
    OpportunityFactory(customer=None, amount=11, category="commit", expected_close=dt.date(2026, 12, 1))
    lines = read_forecast(Reach(company.manager), QUARTER)
    assert [lines[0].label, lines[1].label, lines[-1].label] == ["Everything", "Company", "nobody"]
    assert figures(lines[0])[:2] == (1500, 3581)
    adjust_forecast(QUARTER, None, None, "commit", Decimal(4000), "All in all.", company.manager)
    lines = read_forecast(Reach(company.manager), QUARTER)
    assert lines[0].adjusted("commit") == 4000
    assert lines[-1].adjusted("commit") is None
