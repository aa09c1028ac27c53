"""Sixteen at once move the same deals: each is done or refused as stale, and the ledger adds up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from sales.models import Opportunity, OpportunityChange, Reason, Stage
from sales.services import change_opportunity, move_opportunity, open_opportunity, win_opportunity
from tests.factories.deals import seed_selling
from tests.factories.staff import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREADS, ROUNDS = 16, 5


@pytest.fixture
def rep() -> User:
    """A person, and the pipeline that a new company has: tables of earlier races are empty."""
    seed_selling()
    made: User = UserFactory(team=TeamFactory())
    return made


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Do the work in all threads at the same moment and return what came of it."""
    gate, results = threading.Barrier(THREADS), [None] * THREADS

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as error:  # the test looks at it
            results[number] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sums() -> tuple[Decimal, Decimal]:
    """Return the sum of the ledger, and of the open deals."""
    told = OpportunityChange.objects.aggregate(total=Sum("delta"))["total"]
    opened = Opportunity.objects.open().aggregate(total=Sum("base_amount"))["total"]
    return told or Decimal(0), opened or Decimal(0)


def test_the_same_deals_are_moved_without_a_lost_update(rep: User) -> None:
    Stage.objects.update(required=[])
    deals = [open_opportunity({"name": f"Deal {n}", "amount": Decimal(100)}, user=rep) for n in range(3)]
    stages = list(Stage.objects.order_by("position"))
    won = Reason.objects.filter(kind="won")[0]

    def work(number: int) -> Counter[str]:
        done: Counter[str] = Counter()
        for turn in range(ROUNDS):
            deal = Opportunity.objects.get(pk=deals[(number + turn) % 3].pk)
            if not deal.is_open:
                continue
            try:
                if number == 0 and turn == ROUNDS - 1:
                    win_opportunity(deal, deal.version, won, rep)
                elif number % 3 == 0:
                    change_opportunity(deal, deal.version, {"amount": deal.amount + 1}, rep)
                else:
                    other = next(one for one in stages if one.pk != deal.stage_id)
                    move_opportunity(deal, deal.version, other, rep)
                done["done"] += 1
            except StaleVersionError:
                done["stale"] += 1
        return done

    results = at_once(work)
    assert [one for one in results if not isinstance(one, Counter)] == []
    total: Counter[str] = sum(results, Counter())
    assert total["done"] + total["stale"] <= THREADS * ROUNDS
    # Every write that was not refused is there: each moved the version on by one.
    versions = sum(one.version - 1 for one in Opportunity.objects.all())
    assert versions == total["done"] > 0
    moves = OpportunityChange.objects.filter(kind="moved").count()
    amounts = OpportunityChange.objects.filter(kind="amount")
    ended = OpportunityChange.objects.filter(kind="won").count()
    assert moves + amounts.count() + ended == total["done"]
    assert sum(one.amount - 100 for one in Opportunity.objects.all()) == amounts.count()
    told, opened = sums()
    assert told == opened


def test_one_of_sixteen_wins_a_deal(rep: User) -> None:
    deal = open_opportunity({"name": "Deal", "amount": Decimal(100)}, user=rep)
    won = Reason.objects.filter(kind="won")[0]

    def work(_number: int) -> str:
        win_opportunity(Opportunity.objects.get(pk=deal.pk), 1, won, rep)
        return "won"

    results = at_once(work)
    assert results.count("won") == 1
    assert OpportunityChange.objects.filter(kind="won").count() == 1
    assert sums() == (Decimal(0), Decimal(0))
