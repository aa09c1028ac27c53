"""Searching a list: few hits are sorted, however the list is ordered, and pages of them meet."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm_site.pages.lists import searched
from crm_site.pages.lists.counting import Counting
from crm_site.pages.lists.declaration import FEW_HITS
from crm_site.staff.models import User
from customers.lists import customer_list
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]


@pytest.mark.parametrize("sort", ["name", "-name", "-revenue", "created"])
@pytest.mark.parametrize(("few", "window"), [(True, 50), (False, 50), (False, 7), (False, 1)])
def test_pages_of_a_search_meet_without_gap_or_double(
    cast: Cast, sort: str, few: bool, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searched, "WINDOW", window)
    for number in range(23):
        CustomerFactory(owner=cast.owner, name=f"Wang {number % 7}")
    CustomerFactory(owner=cast.owner, name="Müller")
    page = type(customer_list)()
    page.page_size = 5  # type: ignore[misc]  # a small page for this test
    seen: list[int] = []
    after = ""
    while True:
        found = page.slice(cast.owner, page.state({"q": "wang", "sort": sort, "after": after}), few=few)
        seen += [record.pk for record in found.rows]
        if not found.next:
            break
        after = found.next
    whole = page.slice(cast.owner, page.state({"q": "wang", "sort": sort}), few=True)
    assert len(seen) == len(set(seen)) == 23
    assert seen[:5] == [record.pk for record in whole.rows]
    back = page.slice(cast.owner, page.state({"q": "wang", "sort": sort, "before": whole.next}), few=few)
    assert [record.pk for record in back.rows] == seen[:5]


def test_many_hits_are_met_along_the_order_before_they_are_sorted(cast: Cast) -> None:
    for number in range(12):
        CustomerFactory(owner=cast.owner, name=f"Wang {number}")
    page = type(customer_list)()
    page.page_size = 5  # type: ignore[misc]  # a small page for this test
    with CaptureQueriesContext(connection) as asked:
        found = page.slice(cast.owner, page.state({"q": "wang"}))
    assert len(found.rows) == 5
    assert not any(re.search(r"ORDER BY \(ARRAY\[", query["sql"]) for query in asked.captured_queries)


def test_what_a_filter_leaves_is_counted_after_the_page_is_there(cast: Cast, signed_in: SignIn) -> None:
    for _number in range(60):
        CustomerFactory(owner=cast.owner, stage="loyal")
    client = signed_in(cast.owner)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/customers/?stage=loyal").content.decode()
    assert "Counting…" in page
    assert not any("COUNT(" in query["sql"] or "SUM(" in query["sql"] for query in asked.captured_queries)
    headers = {"HX-Request": "true", "HX-Target": "list-figures"}
    figures = client.get("/customers/?stage=loyal", headers=headers)
    assert "<b>60</b> customers" in figures.content.decode()
    assert "HX-Push-Url" not in figures


def test_a_page_that_holds_everything_knows_its_count(cast: Cast, signed_in: SignIn) -> None:
    CustomerFactory(owner=cast.owner, stage="loyal")
    page = signed_in(cast.owner).get("/customers/?stage=loyal").content.decode()
    assert "<b>1</b> customer" in page
    assert "Counting…" not in page


def test_the_order_of_few_hits_is_hidden_from_the_index(cast: Cast) -> None:
    CustomerFactory(owner=cast.owner, name="Wang")
    state = customer_list.state({"q": "wang"})
    with CaptureQueriesContext(connection) as asked:
        customer_list.slice(cast.owner, state, few=True)
    assert any(re.search(r"ORDER BY \(ARRAY\[", query["sql"]) for query in asked.captured_queries)


@pytest.mark.parametrize("sort", ["name", "-name", "created"])
def test_sorting_the_hits_tells_how_many_there_are(cast: Cast, sort: str) -> None:
    for number in range(23):
        CustomerFactory(owner=cast.owner, name=f"{('Wang', 'Müller')[number % 3 == 0]} {number % 7}")
    page = type(customer_list)()
    page.page_size = 3  # type: ignore[misc]  # a small page for this test
    state = page.state({"q": "wang", "sort": sort})
    assert page.slice(cast.owner, state, few=True).hits == 15
    assert page.slice(cast.owner, page.state({"q": "nobody", "sort": sort}), few=True).hits == 0
    with CaptureQueriesContext(connection) as asked:
        counting = Counting(page, cast.owner, state)
        assert (len(counting.slice.rows), counting.hits) == (3, 15)
    assert not any(query["sql"].startswith("SELECT COUNT") for query in asked.captured_queries)


def test_hits_of_a_word_that_is_expected_often_are_not_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        CustomerFactory(owner=cast.owner, name=f"Wang {number}")
    page = type(customer_list)()
    page.page_size = 5  # type: ignore[misc]  # a small page for this test
    state = page.state({"q": "wang"})
    monkeypatch.setattr(searched, "COMMON", 1)
    with CaptureQueriesContext(connection) as asked:
        counting = Counting(page, cast.owner, state)
        assert (len(counting.slice.rows), counting.hits) == (5, FEW_HITS + 1)
        assert counting.known is None
    assert not any("COUNT(" in query["sql"] for query in asked.captured_queries)
    assert not any(re.search(r"ORDER BY \(ARRAY\[", query["sql"]) for query in asked.captured_queries)
    # Thinly spread, they are sorted; countless ones are looked for even so.
    monkeypatch.setattr(searched, "SPREAD", 0)
    assert Counting(page, cast.owner, state).hits == 12
    monkeypatch.setattr(searched, "COUNTLESS", 1)
    assert Counting(page, cast.owner, state).hits == FEW_HITS + 1
    monkeypatch.setattr(searched, "COUNTLESS", 10**9)
    monkeypatch.setattr(searched, "COMMON", 10**9)
    assert Counting(page, cast.owner, state).hits == 12
