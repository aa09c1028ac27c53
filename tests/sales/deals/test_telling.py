"""Who hears of a deal: its new owner and those who follow it or its customer; and what many changed at once leave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm_site.events.delivering import deliver_pending
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.notifications.following import follow
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from sales.models import Opportunity, Reason, Stage
from sales.services import change_opportunity, move_opportunity, open_opportunity, win_opportunity
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]


def told(user: User) -> list[str]:
    """Return the kinds of what a person was told, in order."""
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def fresh(deal: Opportunity) -> Opportunity:
    """Return the deal as it stands."""
    return Opportunity.objects.get(pk=deal.pk)


def test_a_new_owner_is_told_once(cast: Cast) -> None:
    deal = open_opportunity({"name": "Pumps", "owner": cast.owner}, user=cast.manager)
    assert told(cast.owner) == ["opportunity.owned"]
    change_opportunity(fresh(deal), 1, {"note": "Blue"}, cast.manager)
    change_opportunity(fresh(deal), 2, {"owner": cast.teammate}, cast.manager)
    assert (told(cast.owner), told(cast.teammate)) == (["opportunity.owned"], ["opportunity.owned"])


def test_followers_who_may_see_the_deal_hear_of_it(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    deal = open_opportunity({"name": "Pumps", "customer": customer}, user=cast.owner)
    follow(cast.manager, "customer", customer.pk)
    follow(cast.lead, "opportunity", deal.pk)
    follow(cast.outsider, "opportunity", deal.pk)
    Stage.objects.update(required=[])
    move_opportunity(fresh(deal), 1, Stage.objects.get(name="Needs"), cast.owner)
    win_opportunity(fresh(deal), 2, Reason.objects.active("won")[0], cast.owner)
    deliver_pending()
    heard = ["opportunity.moved", "opportunity.won"]
    assert [one for one in told(cast.manager) if one in heard] == heard
    assert [one for one in told(cast.lead) if one in heard] == heard
    assert told(cast.outsider) == []


@pytest.mark.parametrize("stage", ["Proposal"])
def test_many_move_but_those_that_lack_something(stage: str, cast: Cast, signed_in: SignIn) -> None:
    deals = [OpportunityFactory(customer=CustomerFactory(owner=cast.owner)) for _each in range(3)]
    deals[0].contact_roles.create(person=CustomerFactory())
    wanted = Stage.objects.get(name=stage)
    data = {
        "pk": [one.pk for one in deals], "field": "stage", "value": wanted.pk, "step": "preview", "state": "",
    }  # fmt: skip
    client = signed_in(cast.owner)
    shown = client.post("/lists/opportunities/bulk/edit/", data).content.decode()
    assert "lacking what the stage asks for" in shown
    client.post("/lists/opportunities/bulk/edit/", {**data, "step": "apply"})
    assert [fresh(one).stage == wanted for one in deals] == [True, False, False]
    undo_operation(Operation.objects.latest("pk"), cast.owner)
    now = fresh(deals[0])
    assert (now.stage.name, now.probability == now.stage.probability) == ("Qualification", True)
    assert list(now.changes.values_list("kind", flat=True)) == ["created"]
