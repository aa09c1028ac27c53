"""The pages of deals: list, board, record, dialogs, set-up; who may do what, and what a refusal leaves."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crm_site.pages.lists.presentation import Listing
from crm_site.staff.models import User
from customers.models import Activity, Task
from sales.lists import opportunity_list
from sales.models import Competitor, ExchangeRate, Opportunity, Pipeline, Reason, Stage
from sales.services import change_opportunity, win_opportunity
from tests.conftest import Cast
from tests.factories.deals import CompetitorFactory, OpportunityFactory, PipelineFactory, StageFactory
from tests.factories.records import CustomerFactory, ProductFactory

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
MOVE = "/lists/opportunities/move/"


def address(name: str, *args: Any) -> str:
    """Return the address of a page of deals."""
    return reverse(f"sales:opportunity-{name}", args=args)


def stage(name: str) -> Stage:
    """Return a stage of the first pipeline."""
    return Stage.objects.get(name=name, pipeline__is_default=True)


def reason(kind: str) -> Reason:
    """Return a reason of a kind."""
    return Reason.objects.active(kind)[0]


@pytest.fixture
def deal(cast: Cast) -> Opportunity:
    """A deal of the owner's over 1,000 in the first stage."""
    made: Opportunity = OpportunityFactory(name="Pumps", customer=CustomerFactory(owner=cast.owner))
    return made


def names(lane: Any) -> list[str]:
    """Return the names of the cards of a lane."""
    return [card.title.value for card in lane.cards]


def lanes(user: User, **params: str) -> dict[str, tuple[int, str, str, list[str]]]:
    """Return count, sum, weighted sum and card names of each lane."""
    board = Listing(opportunity_list, user, opportunity_list.state({"as": "board", **params})).board
    assert board is not None
    return {
        str(lane.label): (lane.count, lane.value, "".join(words for _label, words in lane.sums), names(lane))
        for lane in board.lanes
    }


def test_the_list_shows_open_deals_and_what_they_want(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    ended = OpportunityFactory(name="Old", customer=CustomerFactory(owner=cast.owner))
    win_opportunity(ended, 1, reason("won"), cast.owner)
    OpportunityFactory(name="Foreign", customer=CustomerFactory(owner=cast.outsider))
    client = signed_in(cast.owner)
    page = client.get(address("list")).content.decode()
    assert "Pumps" in page
    assert "Old" not in page
    assert "Foreign" not in page
    assert "No next step" in page
    for tab, found in (("status=won", "Old"), ("status=open&wants=no_step", "Pumps"), ("status=open&closing=week", "")):
        rows = opportunity_list.queryset(cast.owner, QueryDict(tab))
        assert [one.name for one in rows] == ([found] if found else [])


def test_a_board_sums_each_stage_of_one_pipeline(cast: Cast, deal: Opportunity) -> None:
    OpportunityFactory(customer=CustomerFactory(owner=cast.owner), stage=stage("Proposal"), amount=500)
    OpportunityFactory(customer=CustomerFactory(owner=cast.outsider), amount=70)
    other = StageFactory(pipeline=PipelineFactory(name="Renewals"), name="Due")
    OpportunityFactory(customer=CustomerFactory(owner=cast.owner), stage=other, name="Renewal")
    shown = lanes(cast.owner)
    assert list(shown) == ["Qualification", "Needs", "Proposal", "Negotiation"]
    assert shown["Qualification"] == (1, "€1,000", "€100.00", ["Pumps"])
    assert shown["Proposal"][:3] == (1, "€500.00", "€250.00")
    assert shown["Needs"][:3] == (0, "", "")
    assert lanes(cast.manager)["Qualification"][:2] == (2, "€1,070")
    assert list(lanes(cast.owner, pipeline=str(other.pipeline_id))) == ["Due"]


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_a_board_takes_few_queries(who: str, cast: Cast, signed_in: SignIn) -> None:
    for at in range(12):
        OpportunityFactory(customer=CustomerFactory(owner=cast.owner), stage=Stage.objects.all()[at % 4])
    client = signed_in(getattr(cast, who))
    client.get(address("list") + "?as=board")
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address("list") + "?as=board").content.decode()
    assert page.count("board-card") >= 12
    assert len(asked) <= 15


def move(record: Any, to: Any, version: int = 1) -> dict[str, Any]:
    """Return what a dropped card posts."""
    return {"pk": record.pk, "to": to, "version": version, "state": "as=board"}


def test_a_card_moves_and_can_be_undone(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    response = signed_in(cast.owner).post(MOVE, move(deal, stage("Needs").pk))
    deal.refresh_from_db()
    assert (deal.stage.name, deal.probability, deal.version) == ("Needs", Decimal(25), 2)
    assert "HX-Trigger-After-Swap" not in response
    assert "/undo/" in response.content.decode()


def test_a_move_that_lacks_something_sends_the_card_back_and_asks(
    cast: Cast, signed_in: SignIn, deal: Opportunity
) -> None:
    client, wanted = signed_in(cast.owner), stage("Negotiation")
    response = client.post(MOVE, move(deal, wanted.pk))
    triggers = json.loads(response["HX-Trigger-After-Swap"])
    assert triggers["card-refused"] == {"pk": deal.pk}
    asks = triggers["card-asks"]["url"]
    assert asks.startswith(f"{address('move', deal.pk)}?stage={wanted.pk}&state=")
    form = client.get(asks, headers=HTMX).content.decode()
    assert 'name="contact"' in form
    assert 'name="next_step"' in form
    assert 'name="amount"' not in form
    person = CustomerFactory(owner=cast.owner)
    data = {
        "stage": wanted.pk, "asks": "contact,next_step", "version": 1, "state": "as=board", "contact": person.pk,
        "next_step": "Call", "next_day": "2026-12-24",
    }  # fmt: skip
    done = client.post(address("move", deal.pk), data, headers=HTMX)
    assert done.status_code == 204
    assert done["HX-Trigger"] == "dialog-done"
    deal.refresh_from_db()
    assert (deal.stage, deal.next_step) == (wanted, "Call")
    assert deal.contact_roles.get().person == person


def test_a_move_says_why_it_is_refused(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    client = signed_in(cast.owner)
    change_opportunity(Opportunity.objects.get(), 1, {"source": "Fair"}, cast.owner)
    stale = client.post(MOVE, move(deal, stage("Needs").pk))
    assert "Somebody else changed" in stale.content.decode()
    assert "card-refused" in stale["HX-Trigger-After-Swap"]
    assert "There is no such lane." in client.post(MOVE, move(deal, 999_999, 2)).content.decode()
    win_opportunity(Opportunity.objects.get(), 2, reason("won"), cast.owner)
    ended = client.post(MOVE, move(deal, stage("Needs").pk, 3))
    assert "it has ended" in ended.content.decode() or "has ended" in ended.content.decode()
    assert signed_in(cast.outsider).post(MOVE, move(deal, stage("Needs").pk, 3)).status_code == 404
    deal.refresh_from_db()
    assert deal.stage.name == "Qualification"


@pytest.mark.parametrize(("verb", "kind", "status"), [("win", "won", "won"), ("lose", "lost", "lost")])
def test_a_deal_ends_with_a_reason_and_not_without(
    verb: str, kind: str, status: str, cast: Cast, signed_in: SignIn, deal: Opportunity
) -> None:
    client, url = signed_in(cast.owner), address(verb, deal.pk)
    assert "<!DOCTYPE" in client.get(url).content.decode()
    assert "<!DOCTYPE" not in client.get(url, headers=HTMX).content.decode()
    assert client.post(url, {"version": 1}).status_code == 422
    assert "field-invalid" in client.post(url, {"version": 1}, headers=HTMX).content.decode()
    deal.refresh_from_db()
    assert deal.status == "open"
    done = client.post(url, {"version": 1, "reason": reason(kind).pk, "note": "So it is"})
    assert done["Location"] == deal.get_absolute_url()
    deal.refresh_from_db()
    assert (deal.status, deal.close_note) == (status, "So it is")
    for foreign in (cast.outsider,):
        assert signed_in(foreign).post(url, {"version": 2}).status_code == 404
    assert signed_in(cast.marketer).post(url, {"version": 2}).status_code == 403
    page = client.get(deal.get_absolute_url()).content.decode()
    assert "Reopen" in page
    client.post(address("reopen", deal.pk), {"version": 2})
    deal.refresh_from_db()
    assert deal.status == "open"


def test_the_head_plans_before_its_card_has_come(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    client, url = signed_in(cast.owner), address("tasks-panel", deal.pk)
    assert 'hx-swap="none"' in client.get(deal.get_absolute_url()).content.decode()
    refused = client.post(url, {"title": "", "day": "2026-12-24"}, headers=HTMX)
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#about-tasks")
    planned = client.post(url, {"title": "Call", "day": "2026-12-24"}, headers=HTMX)
    assert planned["HX-Trigger"] == "tasks-changed"


def test_the_page_of_a_deal_and_its_cards(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    client = signed_in(cast.owner)
    page = client.get(deal.get_absolute_url()).content.decode()
    for words in ("Pumps", "Qualification", "No next step", "€1,000", "Negotiation"):
        assert words in page
    for name in ("tasks-panel", "contacts-panel", "changes-panel", "timeline-panel", "head"):
        url = address(name, deal.pk)
        assert client.get(url).status_code == 200
        assert signed_in(cast.outsider).get(url).status_code == 404
    assert "Created" in client.get(address("changes-panel", deal.pk)).content.decode()
    step = {"title": "Call", "day": "2026-12-24"}
    planned = client.post(address("tasks-panel", deal.pk), step, headers={**HTMX, "HX-Target": "about-tasks"})
    assert planned["HX-Trigger"] == "deal-changed"
    deal.refresh_from_db()
    assert deal.next_step == "Call"
    ticked = client.post(
        reverse("customers:task-tick", args=[Task.objects.get().pk]), {"version": 1, "from": "panel"}, headers=HTMX
    )
    assert ticked["HX-Trigger"] == "tasks-changed"
    deal.refresh_from_db()
    assert deal.lacks_next_step


def test_what_is_said_about_a_deal_stands_on_the_customers_timeline(
    cast: Cast, signed_in: SignIn, deal: Opportunity
) -> None:
    client = signed_in(cast.owner)
    said = client.post(address("talk", deal.pk), {"kind": "note", "body": "They like blue"}, headers=HTMX)
    assert "They like blue" in said.content.decode()
    entry = Activity.objects.get(verb="customer.note")
    assert (entry.customer, entry.subject_kind, entry.subject_id) == (deal.customer, "opportunity", deal.pk)
    assert client.post(address("talk", deal.pk), {"kind": "note", "body": ""}, headers=HTMX).status_code == 422
    assert signed_in(cast.outsider).post(address("talk", deal.pk), {"kind": "note", "body": "x"}).status_code == 404


def test_contacts_are_offered_added_and_taken_out(cast: Cast, signed_in: SignIn) -> None:
    firm = CustomerFactory(kind="organisation", owner=cast.owner)
    ada, bo = (CustomerFactory(owner=cast.owner, organisation=firm, name=name) for name in ("Ada", "Bo"))
    foreign = CustomerFactory(owner=cast.outsider, name="Foreign")
    deal = OpportunityFactory(customer=firm)
    client, url = signed_in(cast.owner), address("contacts-panel", deal.pk)
    assert "Ada" in client.get(url).content.decode()
    client.post(url, {"version": 1, "person": ada.pk, "role": "buyer", "is_primary": "on"})
    client.post(url, {"version": 2, "person": bo.pk, "is_primary": "on"})
    assert [(one.person, one.is_primary) for one in deal.contact_roles.order_by("id")] == [(ada, False), (bo, True)]
    assert client.post(url, {"version": 3, "person": foreign.pk}, headers=HTMX).status_code == 422
    client.post(url, {"version": 2, "remove": ada.pk})
    assert deal.contact_roles.count() == 2
    client.post(url, {"version": 3, "remove": ada.pk})
    assert deal.contact_roles.get().person == bo
    assert signed_in(cast.marketer).post(url, {"version": 4, "remove": bo.pk}).status_code == 403


def test_the_lines_of_a_deal_make_its_amount(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    product, url = ProductFactory(unit_price=7), address("lines", deal.pk)
    client = signed_in(cast.owner)
    assert client.get(url).status_code == 200
    data = {
        "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0", "lines-0-product": product.pk, "lines-0-quantity": "10",
        "lines-0-discount": "10", "version": "1", "sums": "on",
    }  # fmt: skip
    assert client.post(url, data)["Location"] == deal.get_absolute_url()
    deal.refresh_from_db()
    assert (deal.amount, deal.amount_from_lines) == (Decimal(63), True)
    assert client.post(url, {**data, "lines-0-quantity": "20"}).status_code == 409
    deal.refresh_from_db()
    assert deal.amount == Decimal(63)


def test_the_form_opens_a_deal_and_puts_problems_beside_their_fields(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    client = signed_in(cast.owner)
    assert (
        f'value="{customer.pk}" selected' in client.get(f"{address('create')}?customer={customer.pk}").content.decode()
    )
    data = {
        "name": "Pumps", "customer": customer.pk, "stage": stage("Qualification").pk, "amount": "1200",
        "currency": "usd", "expected_close": "2026-12-24", "owner": cast.owner.pk,
    }  # fmt: skip
    refused = client.post(address("create"), data)
    assert refused.status_code == 422
    assert "There is no exchange rate for USD yet" in refused.content.decode()
    done = client.post(address("create"), {**data, "currency": "eur"})
    deal = Opportunity.objects.get()
    assert done["Location"] == deal.get_absolute_url()
    assert (deal.amount, deal.probability, deal.customer) == (Decimal(1200), Decimal(10), customer)
    edit = {
        **data,
        "currency": "EUR",
        "name": "Blue pumps",
        "version": "1",
        "probability": "10",
        "category": "pipeline",
    }
    client.post(address("edit", deal.pk), edit)
    deal.refresh_from_db()
    assert (deal.name, deal.version) == ("Blue pumps", 2)
    stale = client.post(address("edit", deal.pk), {**edit, "name": "Red pumps"})
    assert stale.status_code == 409
    assert "Blue pumps" in stale.content.decode()
    field = client.post(address("field", deal.pk, "stage"), {"stage": stage("Negotiation").pk, "version": "2"})
    assert "asks for" in field.content.decode()


def test_a_customers_page_shows_the_deals_of_its_people(cast: Cast, signed_in: SignIn) -> None:
    firm = CustomerFactory(kind="organisation", owner=cast.owner)
    person = CustomerFactory(owner=cast.owner, organisation=firm)
    OpportunityFactory(customer=person, name="Of a person")
    OpportunityFactory(customer=firm, name="Foreign", owner=cast.outsider)
    url = reverse("sales:customer-opportunities-panel", args=[firm.pk])
    page = signed_in(cast.owner).get(url).content.decode()
    assert "Of a person" in page
    assert "Foreign" not in page
    assert signed_in(cast.outsider).get(url).status_code == 404


def test_administrators_set_up_pipelines_and_others_do_not(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    admin, first = signed_in(cast.admin), stage("Qualification")
    assert "Qualification" in signed_in(cast.owner).get(reverse("sales:pipeline-list")).content.decode()
    assert signed_in(cast.manager).get(reverse("sales:stage-edit", args=[first.pk])).status_code == 403
    facts = {"name": "Contact", "probability": "15", "rot_days": "3", "category": "pipeline", "required": ["source"]}
    admin.post(reverse("sales:stage-edit", args=[first.pk]), {**facts, "version": 1, "is_active": "on"})
    deal.refresh_from_db()
    first.refresh_from_db()
    assert (first.name, first.required, deal.probability) == ("Contact", ["source"], Decimal(15))
    assert deal.rots_at == deal.touched_at + dt.timedelta(days=3)
    admin.post(reverse("sales:stage-retire", args=[first.pk]), {"version": 2, "to": stage("Needs").pk})
    deal.refresh_from_db()
    assert (deal.stage.name, Stage.objects.get(pk=first.pk).is_active) == ("Needs", False)
    admin.post(reverse("sales:pipeline-create"), {"name": "Renewals", "is_active": "on"})
    made = Pipeline.objects.get(name="Renewals")
    assert (made.is_default, made.stages.count()) == (False, 1)
    admin.post(reverse("sales:stage-create", args=[made.pk]), facts)
    keys = list(made.stages.values_list("pk", flat=True))
    admin.post(reverse("sales:pipeline-order", args=[made.pk]), {"key": keys[::-1]}, headers=HTMX)
    assert list(made.stages.values_list("pk", flat=True)) == keys[::-1]
    admin.post(reverse("sales:stage-shift", args=[keys[0], "up"]))
    assert list(made.stages.values_list("pk", flat=True)) == keys


def test_the_last_stage_and_the_default_pipeline_stay(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    default = Pipeline.objects.get(is_default=True)
    refused = admin.post(reverse("sales:pipeline-edit", args=[default.pk]), {"name": "Sales", "version": 1})
    assert refused.status_code == 422
    only = StageFactory()
    refused = admin.post(reverse("sales:stage-retire", args=[only.pk]), {"version": 1})
    assert "last stage" in refused.content.decode()
    assert Stage.objects.get(pk=only.pk).is_active


def test_reasons_competitors_and_rates_are_kept(cast: Cast, signed_in: SignIn) -> None:
    admin = signed_in(cast.admin)
    admin.post(reverse("sales:reason-create"), {"kind": "lost", "name": "Too late", "is_active": "on"})
    assert Reason.objects.get(name="Too late").kind == "lost"
    twice = admin.post(reverse("sales:reason-create"), {"kind": "lost", "name": "Too late", "is_active": "on"})
    assert twice.status_code == 422
    admin.post(reverse("sales:rate-create"), {"currency": "usd", "day": "2026-01-01", "rate": "0.9"})
    assert ExchangeRate.objects.get().currency == "USD"
    own = admin.post(reverse("sales:rate-create"), {"currency": "EUR", "day": "2026-01-01", "rate": "2"})
    assert own.status_code == 422
    signed_in(cast.owner).post(reverse("sales:competitor-create"), {"name": "Rival"})
    assert Competitor.objects.get().name == "Rival"
    assert signed_in(cast.marketer).post(reverse("sales:competitor-create"), {"name": "X"}).status_code == 403
    for name in ("reason-list", "rate-list", "competitor-list"):
        assert signed_in(cast.owner).get(reverse(f"sales:{name}")).status_code == 200


def test_today_shows_what_deals_want(cast: Cast, signed_in: SignIn, deal: Opportunity) -> None:
    past = timezone.now() - dt.timedelta(days=1)
    Opportunity.objects.update(rots_at=past, expected_close=past.date())
    client = signed_in(cast.owner)
    for code in ("stalled-deals", "deals-without-step", "closing-deals"):
        assert "Pumps" in client.get(reverse("pages:today-card", args=[code])).content.decode()
    CompetitorFactory()
