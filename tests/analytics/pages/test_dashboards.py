"""Dashboards: what they show to whom, at what cost, and in which words."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics.kpis.periods import Period
from analytics.selectors.ranges import read_range
from crm_site.jobs.models import JobRun
from crm_site.lib.days import organisation_today
from crm_site.staff.models import Role, User
from customers.models import CustomerScore
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

Clients = Callable[[User], Client]
OVERVIEW, VALUE = "/analytics/", "/analytics/customer-value/"
QUERIES = 12


@pytest.fixture
def company(cast: Cast, work: Any) -> Cast:
    """Give the owner two customers with orders and answers of this month, and everybody scores."""
    for number in range(2):
        customer = records.CustomerFactory(owner=cast.owner, name=f"Customer {number}")
        now = dt.datetime.now(dt.UTC)
        records.OrderFactory(customer=customer, ordered_at=now)
        records.OrderFactory(customer=customer, ordered_at=now - dt.timedelta(days=50))
        records.SurveyAnswerFactory(customer=customer, answered_at=now)
        CustomerScore.objects.filter(customer=customer).update(
            clv=Decimal(50), clv_low=10, clv_high=90, clv_on=now.date(), p_alive=0.5, expected_purchases=2
        )
    for job in ("metrics", "rfm", "value_tiers"):
        work(job)
    return cast


@pytest.mark.parametrize("address", [OVERVIEW, VALUE, f"{OVERVIEW}?range=30d&compare=year"])
@pytest.mark.parametrize("name", ["owner", "lead", "agent", "manager", "admin"])
def test_a_dashboard_costs_at_most_twelve_queries(address: str, name: str, company: Cast, signed_in: Clients) -> None:
    client = signed_in(getattr(company, name))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= QUERIES, [query["sql"][:150] for query in queries]


@pytest.mark.parametrize("address", [OVERVIEW, VALUE])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_dashboard_renders_in_both_languages(address: str, language: str, company: Cast, signed_in: Clients) -> None:
    User.objects.filter(pk=company.manager.pk).update(language=language)
    page = signed_in(company.manager).get(address)
    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("address", [OVERVIEW, VALUE])
def test_an_empty_house_shows_one_way_on(address: str, cast: Cast, signed_in: Clients) -> None:
    page = signed_in(cast.manager).get(address).content.decode()
    assert 'class="empty"' in page
    assert page.count("btn-primary") == 1
    assert 'class="tile"' not in page


def test_a_reader_sees_only_figures_of_their_records(company: Cast, signed_in: Clients) -> None:
    mine = signed_in(company.owner).get(OVERVIEW).context["tiles"]
    theirs = signed_in(company.outsider).get(OVERVIEW)
    assert {tile.code: tile.n for tile in mine}["orders"] == 4
    assert theirs.context["known"] is None


def test_tiles_carry_n_interval_definition_query_and_rows(company: Cast, signed_in: Clients) -> None:
    tiles = {tile.code: tile for tile in signed_in(company.manager).get(OVERVIEW).context["tiles"]}
    assert (tiles["nps"].figure, tiles["nps"].n) == ("0", 2)
    assert tiles["csat"].figure == "–"
    assert tiles["revenue"].figure == "€400.00"
    assert all(tile.definition and tile.query and tile.url and tile.as_of for tile in tiles.values())


def test_changing_the_period_swaps_only_the_figures(company: Cast, signed_in: Clients) -> None:
    client = signed_in(company.manager)
    fragment = client.get(OVERVIEW, {"range": "month"}, headers={"HX-Request": "true"})
    assert fragment["Vary"].startswith("HX-Request")
    body = fragment.content.decode()
    assert 'id="figures"' in body
    assert "<html" not in body
    assert body.count('hx-swap-oob="true"') == 2


@pytest.mark.parametrize(
    "query",
    [
        {"range": "custom"},
        {"range": "custom", "from": "2026-05-05", "to": "2026-04-04"},
        {"range": "custom", "from": "0001-01-01", "to": "9999-12-31"},
        {"range": "custom", "from": "x" * 500, "to": "\x00"},
        {"range": "'", "compare": "<b>"},
    ],
)
def test_nonsense_in_the_address_shows_the_default(query: dict[str, str], company: Cast, signed_in: Clients) -> None:
    page = signed_in(company.manager).get(OVERVIEW, query)
    assert page.status_code == 200
    assert page.context["chosen"].code == "12m"


def test_ranges_are_compared_with_what_they_say() -> None:
    today = organisation_today()
    after = today + dt.timedelta(days=1)
    month = read_range({"range": "30d"}, None)
    assert month.period == Period(after - dt.timedelta(days=30), after)
    assert month.previous == Period(after - dt.timedelta(days=60), after - dt.timedelta(days=30))
    assert read_range({"range": "30d", "compare": "none"}, None).previous is None
    custom = read_range({"range": "custom", "from": "2026-01-01", "to": "2026-01-31"}, None)
    assert custom.period == Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert custom.previous == Period(dt.date(2025, 12, 1), dt.date(2026, 1, 1))
    old = read_range({}, dt.date(2011, 12, 9))
    assert old.period == Period(dt.date(2010, 12, 10), dt.date(2011, 12, 10))


def test_only_those_who_may_start_a_job_start_it(company: Cast, signed_in: Clients) -> None:
    before = JobRun.objects.count()
    address = f"{VALUE}run/clv/"
    assert signed_in(company.owner).post(address).status_code == 403
    assert JobRun.objects.count() == before
    assert "Run now" not in signed_in(company.owner).get(VALUE).content.decode()
    manager = signed_in(company.manager)
    assert manager.post(address)["Location"] == VALUE
    assert manager.post(address)["Location"] == VALUE
    assert JobRun.objects.count() == before + 1
    assert "progress-box" in manager.get(VALUE).content.decode()
    assert manager.post(f"{VALUE}run/metrics/").status_code == 404
    assert manager.get(address).status_code == 405


def test_without_the_module_there_is_no_dashboard(company: Cast, signed_in: Clients) -> None:
    Role.objects.get(code="rep").grants.filter(module="analytics").update(view="none")
    client = signed_in(company.owner)
    for address in (OVERVIEW, VALUE, "/api/v1/kpis/nps/"):
        assert client.get(address).status_code == 404


def test_the_card_on_a_customers_page_tells_its_value(company: Cast, signed_in: Clients) -> None:
    score = CustomerScore.objects.get(customer__name="Customer 0")
    address = f"/analytics/customers/{score.customer_id}/value/"
    card = signed_in(company.owner).get(address).content.decode()
    assert "€50.00" in card
    assert "€10.00 – €90.00" in card
    assert f"{score.r}{score.f}{score.m}" in card
    assert signed_in(company.outsider).get(address).status_code == 404
    fresh = records.CustomerFactory(owner=company.owner)
    assert (
        "Nothing to say yet" in signed_in(company.owner).get(f"/analytics/customers/{fresh.pk}/value/").content.decode()
    )


def test_today_tells_what_moved(company: Cast) -> None:
    from analytics.panels import moved_figures

    user = User.objects.get(pk=company.manager.pk)
    rows = {str(row.label): row for row in moved_figures(user).rows}
    assert rows["Orders"].value == "2"
    assert str(rows["Orders"].context).startswith("no change")
    assert not moved_figures(User.objects.get(pk=company.outsider.pk)).rows
