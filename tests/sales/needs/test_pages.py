"""The pages of needs: list, board, record, cards of customers and deals, categories; foreign ones do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from crm_site.history.models import Operation, TrashedRecord
from crm_site.staff.models import User
from sales.models import Need, NeedCategory
from tests.conftest import Cast
from tests.factories.deals import OpportunityFactory
from tests.factories.needs import NeedFactory
from tests.factories.records import CustomerFactory
from tests.factories.standing import SegmentFactory, SegmentMemberFactory

SignIn = Callable[[User], Client]
LOST = {"status": "lost", "closed_at": dt.datetime(2026, 6, 10, tzinfo=dt.UTC), "probability": 0}
pytestmark = pytest.mark.django_db


@pytest.fixture
def need(cast: Cast) -> Need:
    """A need of the owner's customer Acme."""
    made: Need = NeedFactory(
        title="Excel export", text="As a file.", customer=CustomerFactory(name="Acme", owner=cast.owner)
    )
    return made


def address(name: str, need: Need) -> str:
    """Return the address of a verb."""
    return reverse(f"sales:need-{name}", args=[need.pk])


def test_a_need_is_entered_by_the_form_and_shown(cast: Cast, signed_in: SignIn) -> None:
    client, customer = signed_in(cast.owner), CustomerFactory(owner=cast.owner)
    facts = {"title": "Excel export", "customer": customer.pk, "priority": "high", "text": "As a file."}
    category = NeedCategory.objects.get(name="Function")
    assert client.post(reverse("sales:need-create"), {**facts, "category": category.pk}).status_code == 302
    need = Need.objects.get()
    assert (need.customer, need.priority, need.category, need.owner) == (customer, "high", category, cast.owner)
    assert "As a file." in client.get(need.get_absolute_url()).content.decode()
    assert client.post(reverse("sales:need-create"), {**facts, "title": ""}).status_code == 422
    foreign = CustomerFactory(owner=cast.outsider)
    assert client.post(reverse("sales:need-create"), {**facts, "customer": foreign.pk}).status_code == 422


def test_foreign_needs_do_not_exist(cast: Cast, signed_in: SignIn, need: Need) -> None:
    client = signed_in(cast.outsider)
    for name in ("detail", "edit", "delete", "address", "decline", "tasks-panel", "timeline-panel"):
        assert client.get(address(name, need)).status_code == 404
    for name in ("confirm", "reopen", "decline", "address", "talk"):
        assert client.post(address(name, need), {"version": 1, "note": "x", "reason": "x"}).status_code == 404
    need.refresh_from_db()
    assert need.version == 1


def test_the_verbs_confirm_address_decline_and_reopen(cast: Cast, signed_in: SignIn, need: Need) -> None:
    client = signed_in(cast.owner)
    client.post(address("confirm", need), {"version": 1})
    need.refresh_from_db()
    assert need.status == "confirmed"
    assert client.post(address("decline", need), {"version": 2, "reason": ""}).status_code == 422
    assert client.post(address("address", need), {"version": 2}).status_code == 422
    foreign = OpportunityFactory(customer=CustomerFactory(owner=cast.outsider))
    assert client.post(address("address", need), {"version": 2, "opportunity": foreign.pk}).status_code == 422
    client.post(address("decline", need), {"version": 2, "reason": "Not now"})
    need.refresh_from_db()
    assert (need.status, need.close_note) == ("declined", "Not now")
    client.post(address("reopen", need), {"version": 3})
    client.post(address("address", need), {"version": 4, "note": "Release 7"})
    need.refresh_from_db()
    assert (need.status, need.close_note, need.version) == ("addressed", "Release 7", 5)
    client.post(address("confirm", need), {"version": 5})
    assert Need.objects.get().status == "addressed"


def test_a_verb_can_be_undone_and_a_need_comes_back_from_the_trash(cast: Cast, signed_in: SignIn, need: Need) -> None:
    client = signed_in(cast.owner)
    client.post(address("decline", need), {"version": 1, "reason": "Not now"})
    client.post(reverse("history:operation-undo", args=[Operation.objects.latest("pk").pk]))
    need.refresh_from_db()
    assert (need.status, need.closed_at, need.close_note) == ("stated", None, "")
    client.post(address("delete", need), {"version": need.version})
    assert not Need.objects.exists()
    client.post(reverse("history:trash-restore", args=[TrashedRecord.objects.get().pk]))
    assert Need.objects.get().title == "Excel export"


def test_a_card_of_the_board_is_confirmed_by_the_verb(cast: Cast, signed_in: SignIn, need: Need) -> None:
    client = signed_in(cast.owner)
    board = client.get(reverse("sales:need-list") + "?as=board").content.decode()
    assert "Excel export" in board
    move = reverse("pages:list-move", args=["needs"])
    client.post(move, {"pk": need.pk, "to": "confirmed", "version": 1}, headers={"HX-Request": "true"})
    need.refresh_from_db()
    assert (need.status, need.confirmed_at is not None) == ("confirmed", True)
    refused = client.post(move, {"pk": need.pk, "to": "stated", "version": 2}, headers={"HX-Request": "true"})
    assert "stays confirmed" in refused.content.decode()
    assert Need.objects.get().status == "confirmed"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("topic=0", ["Excel export", "Stock"]),
        ("category=0&status=stated", ["Excel export", "Stock"]),
        ("deal=lost", ["Stock"]),
        ("deal=none", ["Excel export"]),
        ("deal=none&deal=lost", ["Excel export", "Stock"]),
        ("deal=won", []),
        ("product=99999", []),
        ("q=acme", ["Excel export"]),
    ],
)
def test_the_list_is_narrowed(cast: Cast, signed_in: SignIn, need: Need, query: str, found: list[str]) -> None:
    other = CustomerFactory(name="Beta", owner=cast.owner)
    NeedFactory(title="Stock", customer=other, opportunity=OpportunityFactory(customer=other, **LOST))
    shown = signed_in(cast.owner).get(f"{reverse('sales:need-list')}?{query}").content.decode()
    assert [title for title in ("Excel export", "Stock") if title in shown] == found


def test_segments_narrow_by_the_customers_membership(cast: Cast, signed_in: SignIn, need: Need) -> None:
    other = NeedFactory(title="Stock", customer=CustomerFactory(owner=cast.owner))
    segment = SegmentFactory(owner=cast.outsider)
    SegmentMemberFactory(segment=segment, customer=need.customer)
    client, page = signed_in(cast.owner), reverse("sales:need-list")
    inside = [row.record for row in client.get(f"{page}?segment={segment.pk}").context["list"].rows]
    outside = [row.record for row in client.get(f"{page}?segment=0").context["list"].rows]
    both = list(client.get(f"{page}?segment=0&segment={segment.pk}").context["list"].rows)
    assert (inside, outside, len(both)) == ([need], [other], 2)


def test_a_line_on_the_customers_page_states_a_need(cast: Cast, signed_in: SignIn, need: Need) -> None:
    panel = reverse("sales:customer-needs-panel", args=[need.customer_id])
    client = signed_in(cast.owner)
    shown = client.post(panel, {"title": "Faster delivery"}, headers={"HX-Request": "true"}).content.decode()
    assert "Faster delivery" in shown
    assert Need.objects.get(title="Faster delivery").customer == need.customer
    assert client.post(panel, {"title": " "}, headers={"HX-Request": "true"}).status_code == 422
    assert signed_in(cast.outsider).post(panel, {"title": "X"}).status_code == 404
    assert Need.objects.count() == 2


def test_a_deal_is_linked_to_open_needs_of_its_customer(cast: Cast, signed_in: SignIn, need: Need) -> None:
    deal = OpportunityFactory(customer=need.customer)
    panel, client = reverse("sales:opportunity-needs-panel", args=[deal.pk]), signed_in(cast.owner)
    assert "Excel export" in client.get(panel).content.decode(), "it is offered"
    fragment = {"HX-Request": "true"}
    client.post(panel, {"link": need.pk, "version": 1}, headers=fragment)
    need.refresh_from_db()
    assert need.opportunity == deal
    client.post(panel, {"unlink": need.pk, "version": 1}, headers=fragment)
    assert Need.objects.get().opportunity == deal, "a stale version changes nothing"
    client.post(panel, {"unlink": need.pk, "version": 2}, headers=fragment)
    assert Need.objects.get().opportunity is None
    client.post(panel, {"title": "Spare parts"}, headers=fragment)
    assert Need.objects.get(title="Spare parts").opportunity == deal
    foreign = NeedFactory(customer=CustomerFactory(owner=cast.outsider))
    other = NeedFactory(customer=CustomerFactory(owner=cast.owner))
    for bad in (foreign.pk, other.pk, "x", "9" * 30):
        assert client.post(panel, {"link": bad, "version": 1}, headers=fragment).status_code == 404


def test_administrators_keep_the_categories_and_others_do_not(cast: Cast, signed_in: SignIn, need: Need) -> None:
    admin, page = signed_in(cast.admin), reverse("sales:needcategory-list")
    assert (
        admin.post(reverse("sales:needcategory-create"), {"name": "Law", "position": 0, "is_active": "on"})["Location"]
        == page
    )
    made = NeedCategory.objects.get(name="Law")
    assert made.position == 7
    edit = reverse("sales:needcategory-edit", args=[made.pk])
    assert admin.post(edit, {"name": "Function", "position": 7}).status_code == 422, "there is one already"
    admin.post(edit, {"name": "Law", "name_zh": "法规", "position": 7})
    made.refresh_from_db()
    assert (made.name_zh, made.is_active) == ("法规", False)
    client = signed_in(cast.owner)
    assert "Law" in client.get(page).content.decode()
    assert client.post(edit, {"name": "X", "position": 1}).status_code == 403
    assert signed_in(cast.agent).get(edit).status_code in (403, 404)
