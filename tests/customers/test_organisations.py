"""The tree of organisations: what it shows to whom, what a branch comes to, and why no ring comes about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm_site.staff.models import User
from customers import selectors
from customers.lists import customer_list, task_list
from customers.models import Customer, CustomerMetrics
from customers.selectors.organisations import DEPTH
from customers.services import change_customer, create_customer
from sales.lists import order_list
from tests.conftest import Cast
from tests.factories import records, tasks

SignIn = Callable[[User], Client]


def organisation(name: str, above: Customer | None = None, **extra: Any) -> Customer:
    """Return an organisation under another."""
    made: Customer = records.CustomerFactory(name=name, sort_key=name, kind="organisation", organisation=above, **extra)
    return made


def person(name: str, home: Customer, **extra: Any) -> Customer:
    """Return somebody who works there."""
    made: Customer = records.CustomerFactory(name=name, sort_key=name, organisation=home, **extra)
    return made


@pytest.fixture
def group(cast: Cast) -> dict[str, Customer]:
    """A holding with two firms, one of which has a branch; people in three of them."""
    holding = organisation("Holding", owner=cast.owner)
    first, second = (organisation(name, holding, owner=cast.owner) for name in ("First", "Second"))
    branch = organisation("Branch", first, owner=cast.outsider)
    ada = person("Ada", first, owner=cast.owner, job_title="CEO", role="decision_maker")
    bo = person("Bo", first, owner=cast.outsider)
    chen = person("Chen", branch, owner=cast.owner)
    for at, one in enumerate((holding, first, branch, ada, chen), 1):
        moment = dt.datetime(2026, 1, at, tzinfo=dt.UTC)
        CustomerMetrics.objects.filter(pk=one.pk).update(
            orders_count=at, net_revenue=Decimal(at * 100), last_order_at=moment
        )
    return {"holding": holding, "first": first, "second": second, "branch": branch, "ada": ada, "bo": bo, "chen": chen}


def test_the_tree_shows_what_stands_above_and_below(group: dict[str, Customer], cast: Cast) -> None:
    tree = selectors.tree_around(group["first"], cast.manager)
    assert [(node.customer.name, node.depth) for node in tree.above] == [("Holding", -1)]
    assert [(node.customer.name, node.depth) for node in tree.below] == [("Branch", 1)]
    assert [one.name for one in tree.people] == ["Ada", "Bo"]
    assert [(line.customer.name, line.level, line.is_here) for line in tree.lines] == [
        ("Holding", 0, False),
        ("First", 1, True),
        ("Branch", 2, False),
    ]
    whole = selectors.tree_around(group["holding"], cast.manager)
    assert [(node.customer.name, node.depth) for node in whole.below] == [("First", 1), ("Branch", 2), ("Second", 1)]


def test_a_person_stands_under_organisations_and_beside_colleagues(group: dict[str, Customer], cast: Cast) -> None:
    tree = selectors.tree_around(group["chen"], cast.manager)
    assert [node.customer.name for node in tree.above] == ["Holding", "First", "Branch"]
    assert (tree.below, tree.people) == ([], [])
    assert [one.name for one in selectors.tree_around(group["ada"], cast.manager).people] == ["Bo"]


def test_the_tree_shows_only_what_the_reader_may_see(group: dict[str, Customer], cast: Cast) -> None:
    tree = selectors.tree_around(group["first"], cast.owner)
    assert (tree.below, [one.name for one in tree.people]) == ([], ["Ada"])
    assert [node.customer.name for node in selectors.tree_around(group["chen"], cast.owner).above] == [
        "Holding",
        "First",
    ]


def test_figures_sum_up_the_branch_within_the_readers_reach(group: dict[str, Customer], cast: Cast) -> None:
    tasks.TaskFactory(customer=group["chen"], owner=cast.owner)
    tasks.TaskFactory(customer=group["ada"], owner=cast.outsider)
    tasks.TaskFactory(customer=group["ada"], owner=cast.owner, state="done", done_at=timezone.now())
    records.ActivityFactory(customer=group["chen"], occurred_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    records.ActivityFactory(customer=group["bo"], occurred_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
    every = selectors.branch_figures(group["holding"], cast.manager)
    assert (every.customers, every.organisations, every.orders, every.revenue) == (7, 4, 15, Decimal(1500))
    assert (every.open_tasks, every.last_active) == (2, group["bo"])
    assert every.last_order_at == dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
    mine = selectors.branch_figures(group["holding"], cast.owner)
    assert (mine.customers, mine.orders, mine.revenue, mine.open_tasks) == (5, 12, Decimal(1200), 1)
    assert mine.last_active == group["chen"]
    assert selectors.branch_figures(group["second"], cast.manager).revenue == 0


def test_each_figure_opens_its_rows(group: dict[str, Customer], cast: Cast, signed_in: SignIn) -> None:
    tasks.TaskFactory(customer=group["chen"], owner=cast.owner, title="Call Chen")
    pk = group["first"].pk
    client = signed_in(cast.owner)
    card = client.get(f"/customers/{pk}/organisation/").content.decode()
    addresses = [customer_list.url(within=pk, sort=sort) for sort in ("-revenue", "-orders", "-last_order")]
    for address in (*addresses, customer_list.url(within=pk), task_list.url(within=pk, state="open")):
        assert f'href="{address.replace("&", "&amp;")}"' in card, address
    for address in addresses:
        page = client.get(address).content.decode()
        assert all(name in page for name in ("First", "Ada", "Chen"))
        assert "Holding" not in page
        assert ">Bo<" not in page
    assert "Call Chen" in client.get(task_list.url(within=pk, state="open")).content.decode()


def test_orders_of_a_branch_are_a_list(group: dict[str, Customer], cast: Cast, signed_in: SignIn) -> None:
    records.OrderFactory(customer=group["chen"], owner=cast.owner, number="IN-BRANCH")
    records.OrderFactory(customer=group["second"], owner=cast.owner, number="ELSEWHERE")
    address = order_list.url(within=group["first"].pk)
    client = signed_in(cast.owner)
    page = client.get(address).content.decode()
    assert ("IN-BRANCH" in page, "ELSEWHERE" in page) == (True, False)
    assert address.replace("&", "&amp;") in client.get(f"/sales/customers/{group['first'].pk}/orders/").content.decode()


def test_a_branch_nobody_may_see_is_empty_and_has_no_name(
    group: dict[str, Customer], cast: Cast, signed_in: SignIn
) -> None:
    address = customer_list.url(within=group["branch"].pk)
    page = signed_in(cast.owner).get(address).content.decode()
    assert "Chen" not in page
    assert "Branch" not in page
    assert "Chen" in signed_in(cast.manager).get(address).content.decode()


@pytest.mark.parametrize("nonsense", ["x", "-1", "", "99999999999999999999", "0x1"])
def test_nonsense_for_an_organisation_filters_nothing(cast: Cast, signed_in: SignIn, nonsense: str) -> None:
    records.CustomerFactory(name="Ada", owner=cast.owner)
    assert "Ada" in signed_in(cast.owner).get("/customers/", {"within": nonsense}).content.decode()


@pytest.mark.parametrize("upper", ["first", "branch"])
def test_an_organisation_cannot_stand_below_itself(
    group: dict[str, Customer], cast: Cast, signed_in: SignIn, upper: str
) -> None:
    first = group["first"]
    with pytest.raises(ValidationError) as refused:
        change_customer(first, first.version, {"organisation": group[upper]}, cast.manager)
    assert list(refused.value.message_dict) == ["organisation"]
    client = signed_in(cast.manager)
    form = {"name": "First", "kind": "organisation", "stage": "prospect", "organisation": group[upper].pk, "version": 1}
    response = client.post(f"/customers/{first.pk}/edit/", form)
    assert response.status_code == 422
    first.refresh_from_db()
    assert (first.organisation_id, first.version) == (group["holding"].pk, 1)


def test_the_form_says_why_a_ring_is_refused(group: dict[str, Customer], cast: Cast, signed_in: SignIn) -> None:
    form = {"name": "First", "kind": "organisation", "stage": "prospect", "version": 1}
    response = signed_in(cast.manager).post(
        f"/customers/{group['first'].pk}/edit/", {**form, "organisation": group["branch"].pk}
    )
    assert "“Branch” belongs to “First” already, directly or through others." in response.content.decode()


def test_an_organisation_moves_to_another_place(group: dict[str, Customer], cast: Cast) -> None:
    branch = group["branch"]
    change_customer(branch, branch.version, {"organisation": group["second"]}, cast.manager)
    branch.refresh_from_db()
    assert branch.organisation == group["second"]


def test_nobody_works_for_a_person(group: dict[str, Customer], cast: Cast) -> None:
    chen = group["chen"]
    with pytest.raises(ValidationError):
        change_customer(chen, chen.version, {"organisation": group["ada"]}, cast.manager)
    with pytest.raises(ValidationError):
        create_customer({"name": "New", "organisation": group["ada"]}, cast.manager)


def test_a_ring_of_old_data_ends(cast: Cast) -> None:
    one = organisation("One")
    other = organisation("Other", one)
    Customer.objects.filter(pk=one.pk).update(organisation=other)
    tree = selectors.tree_around(one, cast.manager)
    assert [node.customer.name for node in tree.below] == ["Other"]
    assert selectors.branch_figures(one, cast.manager).customers == 2


def test_a_tree_ends_at_a_depth(cast: Cast) -> None:
    above = None
    for level in range(DEPTH + 5):
        above = organisation(f"Level {level:02}", above)
    top = Customer.objects.get(name="Level 00")
    assert selectors.branch_figures(top, cast.manager).customers == DEPTH + 1


def test_a_foreign_customer_has_no_tree(group: dict[str, Customer], cast: Cast, signed_in: SignIn) -> None:
    assert signed_in(cast.owner).get(f"/customers/{group['branch'].pk}/organisation/").status_code == 404
