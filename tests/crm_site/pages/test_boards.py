"""A list as a board: lanes, sums, cards, moves and what refuses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm_site.history.models import Operation
from crm_site.pages.lists import declaration
from crm_site.pages.lists.presentation import Listing
from crm_site.staff.models import User
from customers.lists import customer_list
from customers.models import Customer
from sales.lists import order_list, product_list
from tests.conftest import Cast
from tests.database_digest import database_digest
from tests.factories.records import CustomerFactory, OrderFactory, ProductFactory

SignIn = Callable[[User], Client]
MOVE = "/lists/customers/move/"


def lanes(page: Any, user: User, **params: Any) -> dict[str, tuple[int, str, list[str]]]:
    """Return count, sum and card names of each lane."""
    board = Listing(page, user, page.state({"as": "board", **params})).board
    assert board is not None
    return {lane.code: (lane.count, lane.value, [str(card.title.value) for card in lane.cards]) for lane in board.lanes}


def move(record: Any, to: str, version: int = 1, **extra: Any) -> dict[str, Any]:
    """Return what a dropped card posts."""
    return {"pk": record.pk, "to": to, "version": version, "state": "as=board", **extra}


@pytest.fixture
def three(cast: Cast) -> list[Customer]:
    """Two new customers and a loyal one of the owner's."""
    made: list[Any] = [CustomerFactory(owner=cast.owner, name=name, stage=stage) for name, stage in
            (("Ada", "new"), ("Bo", "new"), ("Cy", "loyal"))]  # fmt: skip
    for at, one in enumerate(made):
        one.metrics.net_revenue = 10 * (at + 1)
        one.metrics.save()
    return made


def test_lanes_count_sum_and_show_what_the_reader_sees(cast: Cast, three: list[Customer]) -> None:
    CustomerFactory(owner=cast.teammate, name="Foreign", stage="new")
    shown = lanes(customer_list, cast.owner)
    assert list(shown) == ["prospect", "new", "returning", "loyal", "churned"]
    assert shown["new"] == (2, "€30.00", ["Ada", "Bo"])
    assert shown["loyal"] == (1, "€30.00", ["Cy"])
    assert shown["prospect"] == (0, "", [])
    assert lanes(customer_list, cast.manager)["new"][0] == 3


def test_filters_search_and_order_count_on_the_board_too(cast: Cast, three: list[Customer]) -> None:
    assert lanes(customer_list, cast.owner, q="ada")["new"] == (1, "€10.00", ["Ada"])
    assert lanes(customer_list, cast.owner, sort="-revenue")["new"][2] == ["Bo", "Ada"]
    assert list(lanes(customer_list, cast.owner, stage="new")) == ["new"]


def test_a_lane_shows_some_cards_and_then_more(cast: Cast, signed_in: SignIn) -> None:
    for at in range(60):
        CustomerFactory(owner=cast.owner, name=f"C {at:02}", stage="new")
    client, seen = signed_in(cast.owner), []
    page = client.get("/customers/?as=board").content.decode()
    while True:
        seen += [
            part.partition("<")[0] for part in page.split('aria-keyshortcuts="Shift+ArrowRight Shift+ArrowLeft m">')[1:]
        ]
        if 'class="lane-more"' not in page:
            break
        more = page.partition('class="lane-more"')[2].partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        page = client.get(more, headers={"HX-Request": "true"}).content.decode()
        assert "<!DOCTYPE" not in page
    assert seen == [f"C {at:02}" for at in range(60)]


@pytest.mark.parametrize("query", ["lane=new", "lane=nonsense&after=x", "lane=new&after=forged"])
def test_a_lane_needs_a_place_to_begin(query: str, cast: Cast, signed_in: SignIn) -> None:
    response = signed_in(cast.owner).get(f"/customers/?as=board&{query}", headers={"HX-Request": "true"})
    assert response.status_code == 404


def test_counting_stops_on_the_board_too(cast: Cast, three: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declaration, "COUNT_LIMIT", 2)
    board = Listing(customer_list, cast.owner, customer_list.state({"as": "board"})).board
    assert board is not None
    words = {lane.code: (lane.count_words, lane.value) for lane in board.lanes}
    assert sum(int(count.rstrip("+")) for count, _value in words.values()) == 3
    assert all(count.endswith("+") and not value for count, value in words.values())


def test_a_move_changes_the_record_and_can_be_undone(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    response = signed_in(cast.owner).post(MOVE, move(three[0], "loyal"))
    three[0].refresh_from_db()
    assert (three[0].stage, three[0].version) == ("loyal", 2)
    done = Operation.objects.get()
    assert (done.kind, done.title) == ("edit", "Ada: Stage: Loyal")
    text = response.content.decode()
    assert 'data-version="2"' in text
    assert text.count('hx-swap-oob="true"') == 2
    assert "€40.00" in text
    assert f"/history/operations/{done.pk}/undo/" in text
    assert "HX-Trigger-After-Swap" not in response


def test_an_outdated_card_goes_back(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    Customer.objects.filter(pk=three[0].pk).update(version=5)
    response = signed_in(cast.owner).post(MOVE, move(three[0], "loyal", version=4))
    assert "card-refused" in response["HX-Trigger-After-Swap"]
    assert "Somebody else changed" in response.content.decode()
    three[0].refresh_from_db()
    assert (three[0].stage, three[0].version) == ("new", 5)


@pytest.mark.parametrize("to", ["nonsense", ""])
def test_a_lane_that_is_none_refuses_the_card(to: str, cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    response = signed_in(cast.owner).post(MOVE, move(three[0], to))
    assert "card-refused" in response["HX-Trigger-After-Swap"]
    three[0].refresh_from_db()
    assert (three[0].stage, three[0].version) == ("new", 1)


def test_a_blocked_move_says_why(cast: Cast, signed_in: SignIn) -> None:
    order = OrderFactory(status="cancelled")
    response = signed_in(cast.manager).post("/lists/orders/move/", move(order, "placed"))
    assert "card-refused" in response["HX-Trigger-After-Swap"]
    assert "stays where it was: cancelled, and stay so" in response.content.decode()
    order.refresh_from_db()
    assert (order.status, order.version) == ("cancelled", 1)


def test_cards_of_others_do_not_move(cast: Cast, signed_in: SignIn, three: list[Customer]) -> None:
    before = database_digest()["customers_customer"]
    assert signed_in(cast.outsider).post(MOVE, move(three[0], "loyal")).status_code == 404
    cast.agent.roles.get().grants.filter(module="customers").update(edit="own")
    assert signed_in(cast.agent).post(MOVE, move(three[0], "loyal")).status_code == 403
    assert signed_in(cast.owner).post(MOVE, move(three[0], "loyal", pk="x")).status_code == 404
    assert signed_in(cast.owner).post("/lists/payments/move/", move(three[0], "loyal")).status_code == 404
    assert database_digest()["customers_customer"] == before
    page = signed_in(cast.agent).get("/customers/?as=board").content.decode()
    assert "board-card" in page
    assert "movable" not in page


def test_products_stand_by_category_and_orders_by_status(cast: Cast, signed_in: SignIn) -> None:
    chair = ProductFactory(name="Chair", category="")
    ProductFactory(name="Desk", category="Tables")
    assert {code: names for code, (_n, _v, names) in lanes(product_list, cast.manager).items()} == {
        "": ["Chair"],
        "Tables": ["Desk"],
    }
    signed_in(cast.manager).post("/lists/products/move/", move(chair, "Tables"))
    chair.refresh_from_db()
    assert chair.category == "Tables"
    OrderFactory(number="T-1")
    assert lanes(order_list, cast.manager)["placed"] == (1, "€100.00", ["T-1"])


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_a_board_costs_the_same_for_any_number_of_rows(
    who: str, cast: Cast, signed_in: SignIn, three: list[Customer], django_assert_max_num_queries: Any
) -> None:
    client = signed_in(getattr(cast, who))
    client.get("/customers/?as=board")
    with django_assert_max_num_queries(12) as few:
        client.get("/customers/?as=board")
    for at in range(30):
        CustomerFactory(owner=cast.owner, stage=["new", "loyal", "churned"][at % 3])
    with django_assert_max_num_queries(12) as many:
        client.get("/customers/?as=board")
    assert len(few) == len(many)
