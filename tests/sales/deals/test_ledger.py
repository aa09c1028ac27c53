"""The ledger of opportunities adds up to the open sums, whoever changes deals and however."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from crm_site.history.choices import OperationKind
from crm_site.history.deleting import delete_records
from crm_site.history.models import TrashedRecord
from crm_site.history.operations import operation
from crm_site.history.restoring import restore_trashed
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from sales.models import Opportunity, OpportunityChange, Reason, Stage
from sales.services import (
    change_opportunities,
    change_opportunity,
    lose_opportunity,
    open_opportunity,
    reopen_opportunity,
    win_opportunity,
)
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory

Sums = dict[tuple[int | None, int | None], Decimal]


def open_sums() -> Sums:
    """Return the open sum of each owner and team."""
    rows = Opportunity.objects.open().values_list("owner", "team").order_by().annotate(total=Sum("base_amount"))
    return {(owner, team): total for owner, team, total in rows if total}


def ledger_sums() -> Sums:
    """Return what the lines of each owner and team add up to."""
    rows = OpportunityChange.objects.values_list("owner", "team").order_by().annotate(total=Sum("delta"))
    return {(owner, team): total for owner, team, total in rows if total}


def fresh(deal: Opportunity) -> Opportunity:
    """Return the deal as it stands."""
    return Opportunity.objects.get(pk=deal.pk)


class Story:
    """Does one thing after the other to deals, chosen by a seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.chance = cast, random.Random(seed)
        self.people: list[User] = [cast.owner, cast.teammate, cast.outsider]
        self.stages = list(Stage.objects.order_by("position")[:2])
        self.undoable: list[Any] = []
        self.done: dict[str, int] = defaultdict(int)

    def pick(self, **lookup: Any) -> Opportunity | None:
        """Return some deal."""
        found = list(Opportunity.objects.filter(**lookup).order_by("pk"))
        return self.chance.choice(found) if found else None

    def act(self) -> None:
        """Do one thing as an operation, and perhaps undo one."""
        verbs: list[Callable[[], Any]] = [
            self.open, self.open, self.amount, self.hand_over, self.close_later, self.move, self.win, self.lose,
            self.reopen, self.bulk, self.raw, self.trash, self.restore, self.undo,
        ]  # fmt: skip
        verb = self.chance.choice(verbs)
        self.done[verb.__name__] += 1
        if verb in (self.trash, self.restore, self.undo):
            verb()
            return
        actor = self.cast.manager
        with operation(OperationKind.EDIT, actor=actor, module="sales", title=verb.__name__, count=1) as opened:
            verb()
        self.undoable.append(opened)

    def open(self) -> None:
        """Open a deal."""
        facts = {"name": "Deal", "amount": Decimal(self.chance.randint(0, 9000)), "owner": self.person()}
        open_opportunity(facts, user=self.cast.manager)

    def person(self) -> User:
        """Return somebody."""
        return self.chance.choice(self.people)

    def amount(self) -> None:
        """Change an amount, of an ended deal too."""
        if deal := self.pick():
            change_opportunity(deal, deal.version, {"amount": Decimal(self.chance.randint(0, 9000))}, None)

    def hand_over(self) -> None:
        """Give a deal to somebody, of an ended deal too."""
        if deal := self.pick():
            change_opportunity(deal, deal.version, {"owner": self.person()}, None)

    def close_later(self) -> None:
        """Push a deal back, or bring it forward."""
        if deal := self.pick():
            day = deal.expected_close + dt.timedelta(days=self.chance.randint(-9, 9))
            change_opportunity(deal, deal.version, {"expected_close": day}, None)

    def move(self) -> None:
        """Move an open deal and change its amount and owner at once."""
        if deal := self.pick(status="open"):
            facts = {"stage": self.chance.choice(self.stages), "owner": self.person(), "amount": Decimal(77)}
            change_opportunity(deal, deal.version, facts, None)

    def win(self) -> None:
        """Win a deal."""
        if deal := self.pick(status="open"):
            win_opportunity(deal, deal.version, Reason.objects.active("won")[0], None)

    def lose(self) -> None:
        """Lose a deal."""
        if deal := self.pick(status="open"):
            lose_opportunity(deal, deal.version, Reason.objects.active("lost")[0], None)

    def reopen(self) -> None:
        """Reopen a deal."""
        deal = self.pick(status="won") or self.pick(status="lost")
        if deal:
            reopen_opportunity(deal, deal.version, None)

    def bulk(self) -> None:
        """Give many deals to one person, ended ones among them."""
        change_opportunities(Opportunity.objects.filter(pk__gt=0), {"owner": self.person()}, None)

    def raw(self) -> None:
        """Write with SQL."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sales_opportunity SET base_amount = base_amount + 5 WHERE id %% 2 = %s", [1])

    def trash(self) -> None:
        """Delete a deal."""
        if deal := self.pick():
            delete_records(Opportunity.objects.filter(pk=deal.pk), actor=self.cast.manager, title="Deal")

    def restore(self) -> None:
        """Bring a deal back."""
        found = TrashedRecord.objects.order_by("pk").last()
        if found is not None:
            restore_trashed(found, self.cast.manager)

    def undo(self) -> None:
        """Undo the latest change."""
        if self.undoable:
            undo_operation(self.undoable.pop(), self.cast.manager)


@pytest.mark.parametrize("seed", range(6))
def test_after_anything_the_lines_add_up_to_the_open_sums(seed: int, cast: Cast) -> None:
    story = Story(cast, seed)
    for _turn in range(60):
        story.act()
        assert ledger_sums() == open_sums(), dict(story.done)
    assert len(story.done) > 8


def test_a_stage_keeps_how_long_a_deal_stood_there(cast: Cast) -> None:
    deal = OpportunityFactory(customer=CustomerFactory(owner=cast.owner))
    ago = timezone.now() - dt.timedelta(days=3)
    Opportunity.objects.filter(pk=deal.pk).update(stage_entered_at=ago)
    change_opportunity(fresh(deal), 1, {"stage": Stage.objects.get(name="Needs")}, cast.owner)
    moved = OpportunityChange.objects.get(kind="moved")
    assert moved.former_stage is not None
    assert (moved.former_stage.name, moved.stage.name) == ("Qualification", "Needs")
    assert moved.seconds == pytest.approx(3 * 86_400, abs=5)


def test_a_delay_is_counted_and_told(cast: Cast) -> None:
    deal = OpportunityFactory(customer=CustomerFactory(owner=cast.owner))
    day = deal.expected_close
    change_opportunity(fresh(deal), 1, {"expected_close": day + dt.timedelta(days=7)}, cast.owner)
    change_opportunity(fresh(deal), 2, {"expected_close": day}, cast.owner)
    assert fresh(deal).push_count == 1
    rows = OpportunityChange.objects.filter(kind__in=("slipped", "pulled")).values_list("kind", "days", "delta")
    assert list(rows) == [("slipped", 7, Decimal(0)), ("pulled", -7, Decimal(0))]
