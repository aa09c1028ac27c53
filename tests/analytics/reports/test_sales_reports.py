"""Reports: every figure is what a recount of its rows gives, within each reader's scope."""

import datetime as dt
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from analytics.kpis.parts import Part
from analytics.kpis.periods import Period
from analytics.selectors.reports import REPORTS, Asked
from crm_site.pages.lists import ListPage
from crm_site.staff.models import User
from customers.models import Activity, Customer
from sales.lists import lead_list, opportunity_list
from sales.models import Lead, Opportunity, SalesTarget
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

PERIOD = Period(dt.date(2026, 2, 1), dt.date(2026, 4, 1))
LISTS: dict[str, ListPage[Any]] = {"/sales/opportunities/": opportunity_list, "/sales/leads/": lead_list}
# What a figure counts, where that is its value; the others count their n.
COUNTED = {"entered", "here", "lost", "won", "won_count", "open", "received", "waiting", "ended"}


def rows_of(url: str, user: User) -> Any:
    """Return the rows behind a figure."""
    path, _, query = url.partition("?")
    return LISTS[path].queryset(user, QueryDict(query))


def asked(user: User, **more: Any) -> Asked:
    """Ask for spring."""
    return Asked(User.objects.get(pk=user.pk), PERIOD, PERIOD.moved(months=-2), **more)


def lines(user: User, code: str, at: int = 0, **more: Any) -> dict[str, dict[str, Any]]:
    """Return the values of a report's table by line and column."""
    table = REPORTS[code].build(asked(user, **more))[at]
    every = [*table.lines, *([table.total] if table.total else [])]
    return {line.label: {name: one.now.value for name, one in line.figures.items()} for line in every}


@pytest.mark.parametrize("by", ["reason", "source", "size", "competitor", "product"])
@pytest.mark.parametrize("code", list(REPORTS))
@pytest.mark.parametrize("name", ["owner", "lead", "outsider", "manager"])
def test_the_rows_behind_every_figure_are_as_many_as_it_counts(code: str, name: str, by: str, company: Cast) -> None:
    if by != "reason" and "by" not in REPORTS[code].asks:
        return
    user = User.objects.get(pk=getattr(company, name).pk)
    seen = 0
    for table in REPORTS[code].build(asked(user, by=by)):
        for line in [*table.lines, *([table.total] if table.total else [])]:
            for column, figure in line.figures.items():
                if not figure.url or column in ("median", "p90", "promised", "stalled", "sales_velocity"):
                    continue
                counts = column in COUNTED or column.startswith("band-")
                wanted = figure.now.value if counts else figure.now.n
                assert rows_of(figure.url, user).count() == wanted, (line.label, column, figure.url)
                seen += 1
    assert seen > 5


def test_the_funnel_says_where_deals_leak_and_how_long_they_stand(company: Cast) -> None:
    found = lines(company.manager, "funnel")
    first, second, third = list(found.values())[:3]
    # Seven rounds: of each, two began in the first stage, of which one went on; one began in the second, was lost.
    assert (first["entered"], first["here"], first["lost"], first["onward"]) == (14, 7, 0, 50.0)
    assert (second["entered"], second["here"], second["lost"], second["leakage"]) == (14, 0, 7, 50.0)
    assert (second["lost_value"], third["entered"], third["here"]) == (3500.0, 7, 7)
    assert first["median"] == pytest.approx(7 / 24)
    assert third["median"] is None


def test_medians_are_those_of_the_ledger(company: Cast) -> None:
    from sales.models import OpportunityChange, Stage

    found = lines(company.manager, "funnel")
    for stage in Stage.objects.filter(pipeline__is_default=True):
        told = OpportunityChange.objects.filter(seconds__isnull=False)
        stays = sorted(
            round((line.seconds or 0) / 3600)
            for line in told
            if (line.former_stage_id if line.kind == "moved" else line.stage_id) == stage.pk
        )
        if stays and stage.label in found:
            middle = (stays[(len(stays) - 1) // 2] + stays[len(stays) // 2]) / 2
            assert found[stage.label]["median"] == pytest.approx(middle / 24)


@pytest.mark.parametrize("code", ["funnel", "lead-response"])
def test_times_are_compared_with_those_of_the_period_before(code: str, company: Cast) -> None:
    reader = User.objects.get(pk=company.manager.pk)
    then = {line.label: line for line in REPORTS[code].build(asked(reader))[0].lines}
    later = Asked(reader, PERIOD.moved(months=2), PERIOD)
    compared = 0
    for line in REPORTS[code].build(later)[0].lines:
        for name in ("median", "p90"):
            figure = line.figures[name]
            assert (figure.now.value, figure.before) == (None, then[line.label].figures[name].now)
            compared += figure.before is not None and figure.before.value is not None
    assert compared or code == "lead-response"
    both = Asked(reader, PERIOD, PERIOD)
    table = REPORTS[code].build(both)[0]
    figures = [line.figures["median"] for line in [*table.lines, *([table.total] if table.total else [])]]
    assert any(one.now.value is not None for one in figures)
    assert all(one.now == one.before for one in figures)


def test_won_and_lost_add_up_by_every_dimension(company: Cast) -> None:
    for by in ("reason", "source", "size", "product"):
        everything = lines(company.manager, "win-loss", by=by)["All"]
        assert (everything["won"], everything["lost"], everything["win_rate"]) == (7, 7, 50.0)
        assert (everything["won_value"], everything["lost_value"]) == (14_004.0, 3500.0)
    assert lines(company.manager, "win-loss", by="source")["Fair"]["won"] == 7
    assert lines(company.manager, "win-loss", by="competitor")["Rival"]["lost"] == 7
    sizes = lines(company.manager, "win-loss", by="size")
    assert (sizes["below 1,000"]["lost"], sizes["1,000 – 5,000"]["won"]) == (7, 7)


def test_performance_counts_deals_targets_and_activity_of_those_one_may_see(company: Cast) -> None:
    SalesTarget.objects.create(month=dt.date(2026, 3, 1), owner=company.owner, team=company.owner.team, amount=8004)
    SalesTarget.objects.create(month=dt.date(2026, 5, 1), owner=company.owner, team=company.owner.team, amount=9)
    when = dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)
    customer = Customer.objects.filter(owner=company.owner)[0]
    for verb, actor in (("customer.call", company.owner), ("customer.call", company.outsider)):
        Activity.objects.create(customer=customer, verb=verb, occurred_at=when, actor=actor)
    found = lines(company.manager, "performance")
    mine = found["Olga Owner"]
    assert (mine["won_value"], mine["won_count"], mine["win_rate"], mine["open"]) == (4001.0, 2, 50.0, 4)
    assert (mine["target"], mine["attained"]) == (8004.0, pytest.approx(100 * 4001 / 8004))
    assert (mine["customer.call"], mine["customer.meeting"]) == (1, 0)
    assert "target" not in found["Tom Teammate"]
    assert list(lines(company.owner, "performance")) == ["Olga Owner"]
    assert list(lines(company.outsider, "performance")) == ["Oskar Outsider"]


def test_a_month_cut_by_the_period_counts_by_its_days() -> None:
    from analytics.selectors.reports.reps import share_of

    assert share_of(dt.date(2026, 3, 1), Period(dt.date(2026, 3, 16), dt.date(2026, 5, 1))) == 16 / 31
    assert share_of(dt.date(2026, 5, 1), Period(dt.date(2026, 3, 16), dt.date(2026, 5, 1))) == 0


def test_lead_response_leaves_the_unanswered_out_of_the_median_and_counts_them(company: Cast) -> None:
    everything = lines(company.manager, "lead-response")["All"]
    assert (everything["received"], everything["waiting"], everything["ended"]) == (28, 7, 7)
    # Half of the answers took an hour, half nine hours and half a minute, which is a minute more by the facts.
    assert everything["median"] == pytest.approx((60 + 541) / 2 / 60)
    assert everything["promised"] == pytest.approx(100 * 7 / 21)
    people = lines(company.manager, "lead-response", at=1)
    assert people["nobody"]["received"] == 4
    assert lines(company.owner, "lead-response")["All"]["received"] == 8


def test_ageing_counts_open_deals_and_those_that_stall(company: Cast) -> None:
    everything = lines(company.manager, "ageing")["All"]
    assert everything["open"] == sum(everything[f"band-{at}"] for at in range(5)) == 14
    assert (everything["value"], everything["stalled"]) == (212_100.0, 50.0)


def test_velocity_of_the_period_is_the_key_figure(company: Cast) -> None:
    from analytics.kpis import KPIS

    found = lines(company.manager, "velocity")
    user = User.objects.get(pk=company.manager.pk)
    assert found["Whole period"]["sales_velocity"] == KPIS["sales_velocity"].read(user, PERIOD).value
    assert found["Whole period"]["sales_velocity"] > 0


@pytest.mark.parametrize("code", list(REPORTS))
def test_a_report_can_be_narrowed_to_a_colleague_and_a_team(code: str, company: Cast) -> None:
    def told(user: User, part: Part) -> Any:
        tables = REPORTS[code].build(asked(user, part=part))
        return [
            {name: (one.now, one.before) for name, one in line.figures.items()}
            for table in tables
            for line in table.lines
        ]

    assert told(company.manager, Part(owner=company.owner.pk)) == told(company.owner, Part())
    assert told(company.manager, Part(team=company.outsider.team_id)) == told(company.outsider, Part())


def test_a_report_follows_a_lead_that_moves_to_another_day_and_owner(company: Cast, follow: Any) -> None:
    from sales.services.leads import change_lead

    lead = Lead.objects.filter(owner=company.owner, source="Fair").order_by("pk")[0]
    change_lead(
        lead, lead.version, {"owner": company.outsider, "received_at": dt.datetime(2026, 1, 5, tzinfo=dt.UTC)}, None
    )
    follow()
    assert lines(company.manager, "lead-response")["All"]["received"] == 27
    january = Asked(User.objects.get(pk=company.outsider.pk), Period(dt.date(2026, 1, 1), dt.date(2026, 2, 1)))
    assert REPORTS["lead-response"].build(january)[0].lines[0].figures["received"].now.value == 1


def test_reports_follow_a_move_an_ending_and_their_undoing(company: Cast, follow: Any) -> None:
    from crm_site.history.choices import OperationKind
    from crm_site.history.operations import operation
    from crm_site.history.undoing import undo_operation
    from sales.services import change_opportunities
    from tests.analytics.selling import stages

    before = lines(company.manager, "funnel")
    deals = Opportunity.objects.open().filter(stage=stages()[0], owner=company.owner)
    with operation(OperationKind.BULK_EDIT, actor=company.manager, module="sales", title="Moved", count=2) as done:
        change_opportunities(
            Opportunity.objects.filter(pk__in=list(deals.values_list("pk", flat=True))),
            {"stage": stages()[1]},
            company.manager,
        )
    follow()
    second = list(lines(company.manager, "funnel").values())[1]
    assert (second["entered"], second["here"]) == (16, 2)
    undo_operation(done, company.manager)
    follow()
    assert lines(company.manager, "funnel") == before


@pytest.mark.parametrize("code", list(REPORTS))
def test_a_report_comes_as_a_file_to_those_who_may_export(code: str, company: Cast, signed_in: Any) -> None:
    address = f"/analytics/sales/{code}/?range=custom&from=2026-02-01&to=2026-03-31"
    client: Client = signed_in(company.manager)
    text = client.get(f"{address}&file=csv")
    assert text["Content-Type"] == "text/csv; charset=utf-8"
    assert text.content.decode("utf-8-sig").splitlines()[0].count(",") >= 5
    assert client.get(f"{address}&file=xlsx").content[:2] == b"PK"
    assert client.get(f"{address}&file=exe").status_code == 404
    page = client.get(address).content.decode()
    assert "file=csv" in page
