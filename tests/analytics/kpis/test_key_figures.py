"""Figures through the API, against the vectors of the reference, and within each reader's scope."""

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.http import QueryDict
from django.test import Client

from analytics.kpis import KPIS
from analytics.kpis.periods import Period
from crm_site.pages.lists import ListPage
from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import CustomerScore
from sales.choices import OrderKind, OrderStatus
from sales.lists import lead_list, opportunity_list, order_list
from sales.models import Opportunity
from service.lists import answer_list
from service.models import Survey, SurveyAnswer
from tests.analytics.selling import make_deals, make_leads
from tests.conftest import Cast
from tests.factories import records

pytestmark = pytest.mark.django_db

Clients = Callable[[User], Client]
AT = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
NPS = (
    ((20, 30, 50), 30.0, (14.69, 45.31)),
    ((0, 0, 0), None, None),
    ((0, 0, 10), 100.0, (47.50, 100.0)),
    ((3, 0, 3), 0.0, (-59.64, 59.64)),
    ((150, 250, 600), 45.0, (40.41, 49.59)),
)
CSAT = (
    ((2, 3, 10, 45, 40), 85.0, (76.72, 90.69), 4.18),
    ((0, 0, 0, 0, 0), None, None, None),
    ((0, 0, 0, 0, 7), 100.0, (64.57, 100.0), 5.0),
    ((1, 0, 0, 0, 0), 0.0, (0.0, 79.35), 1.0),
    ((120, 80, 300, 900, 600), 75.0, (73.06, 76.85), 3.89),
)


def answer_many(kind: str, scores: list[int]) -> None:
    """Record many answers at once."""
    survey = Survey.objects.create(name=kind, kind=kind)
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey=survey, kind=kind, score=score, answered_at=AT) for score in scores
    )


def figure(client: Client, code: str, **params: str) -> dict[str, Any]:
    """Read a figure from the API."""
    response = client.get(f"/api/v1/kpis/{code}/", params)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def rounded(found: dict[str, Any]) -> Any:
    """Return value and interval to the digits of the reference."""
    return [None if found[name] is None else round(found[name], 2) for name in ("value", "low", "high")]


@pytest.mark.parametrize(("counts", "value", "interval"), NPS)
def test_nps_is_that_of_the_reference(
    counts: tuple[int, int, int], value: float | None, interval: Any, cast: Cast, signed_in: Clients, work: Any
) -> None:
    detractors, passives, promoters = counts
    answer_many("nps", [6] * detractors + [7] * passives + [10] * promoters)
    work("metrics")
    found = figure(signed_in(cast.manager), "nps")
    assert rounded(found) == [value, *(interval or (None, None))]
    assert (found["n"], found["unit"], found["code"]) == (sum(counts), "points", "nps")
    assert found["as_of"]
    assert found["definition"].startswith("Net promoter score")


@pytest.mark.parametrize(("counts", "value", "interval", "mean"), CSAT)
def test_csat_and_its_mean_are_those_of_the_reference(
    counts: tuple[int, ...], value: float | None, interval: Any, mean: Any, cast: Cast, signed_in: Clients, work: Any
) -> None:
    answer_many("csat", [score for score, count in enumerate(counts, 1) for _number in range(count)])
    work("metrics")
    client = signed_in(cast.manager)
    assert rounded(figure(client, "csat")) == [value, *(interval or (None, None))]
    assert figure(client, "satisfaction_mean")["value"] == (None if mean is None else pytest.approx(mean, abs=1e-9))
    report = work("csat").result
    assert (report["value"], report["mean"]) == (value, mean if mean is None else pytest.approx(mean))


def test_an_imported_file_counts_at_once_and_after_the_rebuild(
    cast: Cast, signed_in: Clients, work: Any, follow: Any, tmp_path: Path
) -> None:
    lines = ["customer_id,kind,score,answered_at,comment"]
    scores = [5] * 20 + [8] * 30 + [9] * 50
    lines += [f"c{number},nps,{score},2026-03-{number % 28 + 1:02d}," for number, score in enumerate(scores)]
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(lines))
    out = io.StringIO()
    call_command("import_file", "survey_answers", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["created"] == 100
    client = signed_in(cast.manager)
    waiting = figure(client, "nps")
    assert (waiting["value"], waiting["n"]) == (30.0, 100)
    follow()
    work("metrics")
    assert rounded(figure(client, "nps")) == [30.0, 14.69, 45.31]


def test_the_period_is_half_open(cast: Cast, signed_in: Clients, work: Any) -> None:
    for day in (1, 2, 3):
        records.OrderFactory(ordered_at=AT.replace(day=day), total=day, base_total=day)
    work("metrics")
    client = signed_in(cast.manager)
    found = figure(client, "revenue", **{"from": "2026-03-01", "to": "2026-03-03"})
    assert (found["value"], found["n"], found["from"], found["to"]) == (3.0, 2, "2026-03-01", "2026-03-03")
    assert figure(client, "revenue")["value"] == 6.0
    assert figure(client, "revenue", to="2026-03-01")["value"] is None


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from": "soon"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-03-01", "to": "2026-03-01"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "9999-12-31"}, "to"),
    ],
)
def test_days_that_are_none_are_named_by_field(
    params: dict[str, str], field: str, cast: Cast, signed_in: Clients
) -> None:
    response = signed_in(cast.manager).get("/api/v1/kpis/revenue/", params)
    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_an_unknown_figure_and_a_stranger_find_nothing(cast: Cast, signed_in: Clients, client: Client) -> None:
    assert signed_in(cast.manager).get("/api/v1/kpis/happiness/").status_code == 404
    assert client.get("/api/v1/kpis/nps/").status_code in (401, 403)
    assert client.get("/api/v1/kpis/").status_code in (401, 403)


def test_the_list_names_every_figure(cast: Cast, signed_in: Clients) -> None:
    found = signed_in(cast.owner).get("/api/v1/kpis/").json()
    assert [one["code"] for one in found] == list(KPIS)
    assert all(one["definition"] for one in found)


@pytest.fixture
def company(cast: Cast, work: Any) -> Cast:
    """Give the owner, the teammate and the outsider customers with orders, credits, answers, deals and leads."""
    for owner, size in ((cast.owner, 2), (cast.teammate, 3), (cast.outsider, 1), (None, 1)):
        make_deals(owner, size)
        make_leads(owner, size)
        for number in range(size):
            customer = records.CustomerFactory(owner=owner)
            for total in (100, 40)[: number + 1]:
                records.OrderFactory(customer=customer, ordered_at=AT, total=total, base_total=total)
            credit = {"kind": OrderKind.CREDIT, "total": -10, "base_total": -10}
            records.OrderFactory(customer=customer, ordered_at=AT, **credit)
            records.OrderFactory(customer=customer, ordered_at=AT, status=OrderStatus.CANCELLED)
            for kind in ("nps", "csat"):
                survey = records.SurveyFactory(kind=kind)
                records.SurveyAnswerFactory(customer=customer, survey=survey, answered_at=AT)
            CustomerScore.objects.filter(customer=customer).update(
                clv=Decimal(50), clv_on=AT.date(), p_alive=0.5, expected_purchases=2, r=1, f=1, m=1
            )
    records.OrderFactory(customer=None, owner=cast.owner, team=cast.owner.team, ordered_at=AT, total=7, base_total=7)
    Opportunity.objects.open().update(expected_close=dt.date(2026, 3, 20))
    work("metrics")
    work("value_tiers")
    return cast


LISTS: dict[str, ListPage[Any]] = {
    "/sales/orders/": order_list,
    "/sales/opportunities/": opportunity_list,
    "/sales/leads/": lead_list,
    "/service/answers/": answer_list,
    "/customers/": customer_list,
}
PERIOD = Period(dt.date(2026, 3, 1), dt.date(2026, 4, 1))


@pytest.mark.parametrize("code", list(KPIS))
@pytest.mark.parametrize("name", ["owner", "lead", "outsider", "manager"])
def test_the_list_behind_a_figure_holds_exactly_what_it_counts(code: str, name: str, company: Cast) -> None:
    user = User.objects.get(pk=getattr(company, name).pk)
    kpi = KPIS[code]
    path, _, query = kpi.rows(PERIOD).partition("?")
    page = LISTS[path]
    assert page.queryset(user, QueryDict(query)).count() == kpi.read(user, PERIOD).n > 0


def test_each_reader_gets_the_figure_of_their_own_scope(company: Cast) -> None:
    def read(user: User, code: str) -> Any:
        return KPIS[code].read(User.objects.get(pk=user.pk), PERIOD).value

    assert [read(user, "revenue") for user in (company.owner, company.lead, company.outsider, company.manager)] == [
        227.0,  # 100 - 10 and 140 - 10, and a walk-in sale of 7
        577.0,
        90.0,
        757.0,
    ]
    assert read(company.owner, "new_customers") == 2
    assert read(company.owner, "repeat_rate") == 50.0
    assert read(company.owner, "clv") == 100.0
    assert read(company.owner, "active_customers") == 1.0
    assert read(company.owner, "won_value") == 4001.0
    assert read(company.owner, "win_rate") == 50.0
    assert read(company.owner, "lead_response") == pytest.approx((60 + 541) / 2 / 60)


RECOUNTED = [
    "revenue", "orders", "average_order", "nps", "csat", "satisfaction_mean", "won_value", "won_count", "lost_count",
    "average_deal", "win_rate", "win_rate_by_value", "sales_cycle_days", "sales_velocity", "lead_response",
]  # fmt: skip


@pytest.mark.parametrize("code", RECOUNTED)
@pytest.mark.parametrize("name", ["owner", "manager"])
def test_recounting_records_gives_what_the_facts_say(code: str, name: str, company: Cast) -> None:
    user, kpi = User.objects.get(pk=getattr(company, name).pk), KPIS[code]
    assert kpi.read(user, PERIOD, from_records=True) == kpi.read(user, PERIOD)


def test_the_list_follows_the_organisations_days_whatever_the_readers_zone(
    cast: Cast, settings: Any, work: Any, signed_in: Clients
) -> None:
    settings.ORGANISATION_TIME_ZONE = "Asia/Shanghai"
    records.OrderFactory(ordered_at=dt.datetime(2026, 3, 31, 20, tzinfo=dt.UTC))
    work("metrics")
    User.objects.filter(pk=cast.manager.pk).update(time_zone="America/New_York")
    found = figure(signed_in(cast.manager), "orders", **{"from": "2026-04-01", "to": "2026-05-01"})
    assert found["n"] == 1
    query = found["rows"].partition("?")[2]
    assert order_list.queryset(User.objects.get(pk=cast.manager.pk), QueryDict(query)).count() == 1


def test_without_anything_every_estimate_is_absent(cast: Cast, signed_in: Clients) -> None:
    client = signed_in(cast.manager)
    for code in (
        "revenue", "average_order", "nps", "csat", "repeat_rate", "clv", "clv_mean", "active_customers", "win_rate",
        "average_deal", "sales_cycle_days", "sales_velocity", "lead_response",
    ):  # fmt: skip
        found = figure(client, code)
        assert (found["value"], found["low"], found["high"], found["n"]) == (None, None, None, 0), code
    assert figure(client, "orders")["value"] == 0
