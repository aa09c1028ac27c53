"""Chosen columns, columns of providers, and orders by expressions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Avg, CharField, F, Sum, Value
from django.db.models.functions import Coalesce, Concat

from crm_site.pages.lists import (
    Column,
    SortExpression,
    TextFilter,
    Total,
    providers,
    register_column_provider,
    register_filter_provider,
)
from crm_site.pages.lists.presentation import Listing
from crm_site.staff.models import User
from customers.models import Customer

PLACE = SortExpression(Concat(Coalesce(F("country"), Value("")), Value("-"), F("name")), CharField())


@pytest.fixture
def provided(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Column]]:
    """Columns that a provider brings to the directory; a test may change them between requests."""
    columns = [Column(name="place", label="Place", path="country", sort=PLACE, shown=False)]
    monkeypatch.setattr(providers, "_columns", defaultdict(list))
    monkeypatch.setattr(providers, "_filters", defaultdict(list))
    register_column_provider("directory", lambda: columns)
    register_filter_provider("directory", lambda: [TextFilter(name="place", label="Place", path="country")])
    yield columns


def names(listing: Listing) -> list[str]:
    """Return the names of the columns that show."""
    return [head.column.name for head in listing.heads]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", ["name", "stage", "revenue", "created", "owner"]),
        ("revenue,name", ["revenue", "name"]),
        ("revenue,stage", ["name", "revenue", "stage"]),
        ("revenue,nonsense,revenue", ["name", "revenue"]),
        ("nonsense", ["name", "stage", "revenue", "created", "owner"]),
    ],
)
def test_columns_show_in_the_order_asked_for(directory: Any, manager: User, asked: str, shown: list[str]) -> None:
    listing = Listing(directory, manager, directory.state({"cols": asked}))
    assert names(listing) == shown


def test_ticked_boxes_ask_for_columns_too_and_the_own_ones_stay_out_of_the_address(directory: Any) -> None:
    state = directory.state({"cols": ["revenue", "name"], "stage": ""})
    assert state.address(directory) == "/customers/?stage=&cols=revenue%2Cname"
    own = directory.state({"cols": "name,stage,revenue,created,owner", "stage": ""})
    assert own.address(directory) == "/customers/?stage="


def test_totals_follow_their_columns(directory: Any, manager: User, crowd: list[Customer]) -> None:
    directory.totals = (
        Total(name="revenue", label="revenue", aggregate=Sum("metrics__net_revenue")),
        Total(name="mean", label="each", aggregate=Avg("metrics__net_revenue"), column="revenue"),
        Total(name="apart", label="apart", aggregate=Sum("version")),
    )
    whole = directory.figures(manager, directory.state({"stage": ""})).totals
    assert whole == {"revenue": Decimal("56.5"), "mean": Decimal("56.5") / 8, "apart": 11}
    assert directory.figures(manager, directory.state({"stage": "", "cols": "name"})).totals == {"apart": 11}


def test_providers_are_asked_for_every_request(
    directory: Any, manager: User, provided: list[Column], crowd: list[Customer]
) -> None:
    state = directory.state({"stage": "", "cols": "name,place", "place": "chi"})
    assert names(Listing(directory, manager, state)) == ["name", "place"]
    assert {row.country for row in directory.rows_in_order(manager, state)} == {"China"}
    provided.clear()
    assert names(Listing(directory, manager, directory.state({"cols": "name,place"}))) == ["name"]


def test_a_provider_cannot_replace_what_the_list_declares(directory: Any, provided: list[Column]) -> None:
    provided.append(Column(name="name", label="Other"))
    assert str(directory.schema().columns["name"].label) == "Name"


@pytest.mark.parametrize("sort", ["place", "-place"])
@pytest.mark.parametrize("few", [False, True])
def test_an_expression_pages_both_ways(
    directory: Any, manager: User, provided: list[Column], crowd: list[Customer], sort: str, few: bool
) -> None:
    walked, part = [], None
    while part is None or part.next:
        state = directory.state({"stage": "", "sort": sort, "after": part.next if part else ""})
        part = directory.slice(manager, state, few=few)
        walked.append([row.pk for row in part.rows])
    key = lambda row: (f"{row.country}-{row.name}", row.pk)  # noqa: E731 - read twice
    expected = sorted(Customer.objects.all(), key=key, reverse=sort.startswith("-"))
    found = [pk for page in walked for pk in page]
    assert sorted(found) == sorted(row.pk for row in expected)
    assert [Customer.objects.get(pk=pk).country for pk in found] == [row.country for row in expected]
    back = []
    while part.previous:
        part = directory.slice(manager, directory.state({"stage": "", "sort": sort, "before": part.previous}), few=few)
        back.append([row.pk for row in part.rows])
    assert back[::-1] == walked[:-1]


def test_a_cursor_of_an_expression_is_one_row_comparison(
    directory: Any, manager: User, provided: list[Column], crowd: list[Customer], django_assert_num_queries: Any
) -> None:
    state = directory.state({"stage": "", "sort": "place"})
    after = directory.slice(manager, state).next
    with django_assert_num_queries(1) as asked:
        directory.slice(manager, directory.state({"stage": "", "sort": "place", "after": after}))
    assert '"customers_customer"."id") > (' in asked.captured_queries[0]["sql"]


def test_every_column_of_every_list_can_be_shown_without_more_queries(
    client: Any, manager: User, crowd: list[Customer], django_assert_max_num_queries: Any
) -> None:
    from customers.lists import customer_list

    client.force_login(manager)
    address = f"/customers/?cols={','.join(customer_list.schema().columns)}"
    client.get(address)
    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200
