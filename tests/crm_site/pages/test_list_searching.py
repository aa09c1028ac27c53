"""Searching a list: few hits are sorted, however the list is ordered, and pages of them meet."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.lists import customer_list
from tests.conftest import Cast
from tests.factories.records import CustomerFactory


@pytest.mark.parametrize("sort", ["name", "-name", "-revenue", "created"])
def test_pages_of_a_search_meet_without_gap_or_double(cast: Cast, sort: str) -> None:
    for number in range(23):
        CustomerFactory(owner=cast.owner, name=f"Wang {number % 7}")
    CustomerFactory(owner=cast.owner, name="Müller")
    page = type(customer_list)()
    page.page_size = 5  # type: ignore[misc]  # a small page for this test
    seen: list[int] = []
    after = ""
    while True:
        found = page.slice(cast.owner, page.state({"q": "wang", "sort": sort, "after": after}), few=True)
        seen += [record.pk for record in found.rows]
        if not found.next:
            break
        after = found.next
    whole = page.slice(cast.owner, page.state({"q": "wang", "sort": sort}))
    assert len(seen) == len(set(seen)) == 23
    assert seen[:5] == [record.pk for record in whole.rows]


def test_the_order_of_few_hits_is_hidden_from_the_index(cast: Cast) -> None:
    CustomerFactory(owner=cast.owner, name="Wang")
    state = customer_list.state({"q": "wang"})
    with CaptureQueriesContext(connection) as asked:
        customer_list.slice(cast.owner, state, few=True)
    assert any(re.search(r"ORDER BY \(ARRAY\[", query["sql"]) for query in asked.captured_queries)
