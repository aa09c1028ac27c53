"""The Monday page: every step from the sum then to the sum now, by person, and the deals behind each figure."""

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

from crm_site.lib.days import beginning
from crm_site.staff.models import User
from sales.choices import ChangeKind
from sales.lists import opportunity_list
from sales.models import Opportunity, OpportunityChange, Reason, Stage
from sales.selectors.monday import Movement, Week, read_monday
from sales.selectors.periods import Reach
from sales.services import (
    change_opportunity,
    lose_opportunity,
    move_opportunity,
    open_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from sales.views.monday import changed_url, waterfall
from tests.conftest import Cast

SignIn = Callable[[User], Client]
MONDAY = dt.date(2026, 11, 9)
WEEK = Week(MONDAY, MONDAY + dt.timedelta(days=7))
LATER = dt.date(2026, 11, 17)


def fresh(deal: Opportunity) -> Opportunity:
    """Return the deal as it stands."""
    return Opportunity.objects.get(pk=deal.pk)


def change(deal: Opportunity, user: User, **facts: Any) -> None:
    """Change the deal as it stands."""
    stored = fresh(deal)
    change_opportunity(stored, stored.version, facts, user)


def reason(kind: str) -> Reason:
    """Return a reason of a kind."""
    return Reason.objects.active(kind)[0]


class Story:
    """Does things to deals on days: the ledger is dated as if they had been done then."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def on(self, day: dt.date, work: Callable[[], Any]) -> Any:
        """Do something on a day."""
        last = OpportunityChange.objects.order_by("pk").last()
        made = work()
        new = OpportunityChange.objects.filter(pk__gt=last.pk if last else 0)
        new.update(at=beginning(day) + dt.timedelta(hours=9))
        return made

    def open(self, day: dt.date, owner: User, amount: int) -> Opportunity:
        """Open a deal on a day."""
        facts = {
            "name": f"Deal {amount}", "amount": Decimal(amount), "owner": owner,
            "expected_close": dt.date(2026, 12, 1),
        }  # fmt: skip
        made: Opportunity = self.on(day, lambda: open_opportunity(facts, [], [], owner))
        return made


@pytest.fixture
def company(cast: Cast) -> Cast:
    """A week of four people, with something before and after it."""
    story, manager = Story(cast), cast.manager
    before, within = dt.date(2026, 11, 2), dt.date(2026, 11, 11)
    kept = story.open(before, cast.owner, 1000)
    grown = story.open(before, cast.owner, 2000)
    sold = story.open(before, cast.owner, 4000)
    handed = story.open(before, cast.owner, 300)
    story.open(before, cast.teammate, 50)
    foreign = story.open(before, cast.outsider, 8000)
    lost = story.open(before, cast.outsider, 600)
    story.open(within, cast.owner, 500)
    story.on(within, lambda: change(grown, manager, amount=Decimal(2500)))
    story.on(within, lambda: change(kept, manager, expected_close=dt.date(2026, 12, 20)))
    story.on(within, lambda: change(kept, manager, expected_close=dt.date(2027, 1, 20)))
    story.on(within, lambda: change(foreign, manager, expected_close=dt.date(2026, 11, 25)))
    stage = Stage.objects.filter(pipeline__is_default=True).order_by("position")[1]
    story.on(within, lambda: move_opportunity(fresh(kept), fresh(kept).version, stage, manager))
    story.on(within, lambda: win_opportunity(fresh(sold), fresh(sold).version, reason("won"), manager))
    story.on(within, lambda: change(handed, manager, owner=cast.outsider))
    story.on(within, lambda: lose_opportunity(fresh(lost), fresh(lost).version, reason("lost"), manager))
    story.open(LATER, cast.owner, 90)
    story.on(LATER, lambda: reopen_opportunity(fresh(lost), fresh(lost).version, manager))
    return cast


def told(user: User, week: Week = WEEK, **params: str) -> dict[str, Movement]:
    """Return how the deals of each person moved, and of all."""
    found = read_monday(Reach.read(user, params), week)
    return {"": found.total} | {str(one.owner): one for one in found.people}


def steps(moved: Movement) -> dict[str, Any]:
    """Return the steps that moved the sum."""
    return {name: amount for name, amount in moved.steps.items() if amount}


def test_the_steps_lead_exactly_from_sum_to_sum(company: Cast) -> None:
    rows = told(company.manager)
    assert (rows[""].before, rows[""].after) == (Decimal(15950), Decimal(12350))
    assert steps(rows[""]) == {"created": 500, "amount": 500, "won": -4000, "lost": -600}
    owner = rows["Olga Owner"]
    assert (owner.before, owner.after) == (Decimal(7300), Decimal(4000))
    assert steps(owner) == {"created": 500, "amount": 500, "handed": -300, "won": -4000}
    outsider = rows["Oskar Outsider"]
    assert (outsider.before, outsider.after) == (Decimal(8600), Decimal(8300))
    assert steps(outsider) == {"handed": 300, "lost": -600}
    assert (rows["Tom Teammate"].before, rows["Tom Teammate"].after) == (Decimal(50), Decimal(50))
    assert "None" not in rows


def test_the_sum_then_is_what_the_whole_ledger_before_it_adds_up_to(company: Cast) -> None:
    for week in (WEEK, Week(MONDAY), Week(LATER - dt.timedelta(days=1)), Week(dt.date(2026, 11, 2), MONDAY)):
        for name, moved in told(company.manager, week).items():
            lines = OpportunityChange.objects.all()
            lines = lines.filter(owner__name=name) if name else lines
            before = lines.filter(at__lt=beginning(week.start)).aggregate(sum=Sum("delta"))["sum"] or 0
            after = lines.filter(at__lt=beginning(week.end)) if week.end else lines
            assert moved.before == before
            assert moved.after == (after.aggregate(sum=Sum("delta"))["sum"] or 0)
            assert moved.before + sum(moved.steps.values()) == moved.after


def test_until_now_it_ends_with_what_is_open_now(company: Cast) -> None:
    rows = told(company.manager, Week(MONDAY))
    now = Opportunity.objects.open().aggregate(sum=Sum("base_amount"))["sum"]
    assert rows[""].after == now == Decimal(13040)
    assert steps(rows[""]) == {"created": 590, "reopened": 600, "amount": 500, "won": -4000, "lost": -600}


def test_every_figure_opens_exactly_its_deals(company: Cast) -> None:
    for person in (company.manager, company.lead, company.owner, company.outsider):
        reach = Reach(person)
        found = read_monday(reach, WEEK)
        for kind in ChangeKind:
            params = QueryDict(changed_url(WEEK, reach, kind).partition("?")[2])
            rows = opportunity_list.queryset(person, params).count()
            told_of = found.total.told[kind].deals if kind in found.total.told else 0
            assert rows == (found.given_seen if kind == ChangeKind.GIVEN else told_of), (person, kind)
        for moved in found.people:
            for kind in (ChangeKind.WON, ChangeKind.CREATED, ChangeKind.SLIPPED):
                owner = moved.owner.pk if moved.owner else "none"
                params = QueryDict(changed_url(WEEK, reach, kind, owner=owner).partition("?")[2])
                told_of = moved.told[kind].deals if kind in moved.told else 0
                assert opportunity_list.queryset(person, params).count() == told_of


def test_what_did_not_move_the_sum_is_counted(company: Cast) -> None:
    total = told(company.manager)[""]
    slipped = total.told[ChangeKind.SLIPPED]
    assert (slipped.deals, slipped.lines) == (1, 2)
    assert total.told[ChangeKind.PULLED].deals == 1
    assert total.told[ChangeKind.MOVED].deals == 1
    assert total.stepless == Opportunity.objects.without_next_step().count() == 8
    assert total.stepless_sum == 13040


def test_a_rep_sees_only_their_own_movement(company: Cast) -> None:
    rows = told(company.owner)
    assert set(rows) == {"", "Olga Owner"}
    assert steps(rows[""]) == {"created": 500, "amount": 500, "handed": -300, "won": -4000}
    found = read_monday(Reach(company.owner), WEEK)
    assert (found.total.told[ChangeKind.GIVEN].deals, found.given_seen) == (1, 0)
    assert {one.deal.owner for one in found.touched} == {company.owner}
    assert set(told(company.lead)) == {"", "Olga Owner", "Tom Teammate"}
    north = str(company.owner.team_id)
    assert told(company.manager, team=north)[""].before == Decimal(7350)


def test_the_largest_changes_come_first(company: Cast) -> None:
    touched = read_monday(Reach(company.manager), WEEK).touched
    assert [one.deal.name for one in touched][:2] == ["Deal 4000", "Deal 600"]
    kept = next(one for one in touched if one.deal.name == "Deal 1000")
    assert [kind.value for kind in kept.kinds] == ["moved", "slipped"]
    assert kept.deal.push_count == 2


def test_the_bars_begin_where_the_steps_can_be_seen(company: Cast) -> None:
    found = read_monday(Reach(company.manager), WEEK)
    floor, bars = waterfall(found.total, WEEK, Reach(company.manager))
    assert floor == "€10,970"
    assert [(bar.x, bar.x + bar.width) for bar in bars][:2] == [(0, 832), (832, 916)]
    assert all(bar.x >= 0 and bar.x + bar.width <= 1004 for bar in bars)
    assert waterfall(Movement(), WEEK, Reach(company.manager))[0] == ""
    floor, bars = waterfall(Movement(before=Decimal(70), after=Decimal(70)), WEEK, Reach(company.manager))
    assert floor == ""
    assert [(bar.x, bar.width) for bar in (bars[0], bars[-1])] == [(0, 1000), (0, 1000)]


def test_the_page_says_it_all_and_lets_the_deals_be_worked_through(company: Cast, signed_in: SignIn) -> None:
    client, page = signed_in(company.manager), reverse("sales:monday")
    shown = client.get(f"{page}?week=2026-11-11").content.decode()
    assert "9 Nov" in shown
    assert "€15,950" in shown
    assert "€12,350" in shown
    assert "2 pushes" in shown
    assert 'class="fall-won"' in shown
    state = changed_url(WEEK, Reach(company.manager)).partition("?")[2]
    begun = client.post(reverse("pages:queue-start", args=["opportunities"]), {"state": state, "all": "1"})
    assert begun.status_code == 302
    assert "queue=" in begun["Location"]
    given = signed_in(company.owner).get(f"{page}?week=2026-11-11").content.decode()
    assert "0 of 1 visible to you" in given
    for broken in ("x", "9999-99-99", "0001-01-01", "9999-01-01"):
        assert client.get(page, {"week": broken}).status_code == 200


def test_the_page_takes_few_queries_however_many_deals_moved(company: Cast, signed_in: SignIn) -> None:
    client, address = signed_in(company.manager), f"{reverse('sales:monday')}?week=2026-11-11"

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = asked()
    story = Story(company)
    for person in (company.owner, company.lead, company.manager, company.admin):
        for amount in range(1, 6):
            story.open(dt.date(2026, 11, 12), person, amount)
    assert asked() == few
    assert few <= 15


def test_since_last_monday_means_the_whole_week_on_a_monday() -> None:
    assert Week.read("", dt.date(2026, 11, 16)) == Week(dt.date(2026, 11, 9))
    assert Week.read("", dt.date(2026, 11, 17)) == Week(dt.date(2026, 11, 16))
    assert Week.read("", dt.date(2026, 11, 22)) == Week(dt.date(2026, 11, 16))
    assert Week.read("2026-11-12", dt.date(2026, 11, 17)) == WEEK
    assert Week.read("2026-11-17", dt.date(2026, 11, 17)) == Week(dt.date(2026, 11, 16))
