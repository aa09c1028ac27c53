"""Keyset paging: every row once, forwards and back, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.signing import dumps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm_site.pages.lists import list_pages, searched
from crm_site.pages.lists.keyset import SALT, Sorting
from crm_site.staff.models import User
from customers.choices import Stage
from customers.models import Customer

ORDERS = ["name", "-name", "stage", "-stage", "revenue", "-revenue", "created", "-created"]


def pages_forward(page: Any, user: User, sort: str, stages: Sequence[str] = ()) -> list[list[int]]:
    """Walk from the first page to the last."""
    found, after = [], ""
    for _ in range(20):
        part = page.slice(user, page.state({"stage": stages or "", "sort": sort, "after": after}))
        found.append([row.pk for row in part.rows])
        after = part.next
        if not after:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("sort", ORDERS)
def test_walking_forward_meets_every_row_once(directory: Any, manager: User, crowd: list[Customer], sort: str) -> None:
    walked = [pk for part in pages_forward(directory, manager, sort) for pk in part]
    assert sorted(walked) == sorted(row.pk for row in crowd)
    assert len(walked) == 11


@pytest.mark.parametrize("sort", ORDERS)
def test_walking_back_meets_the_same_pages(directory: Any, manager: User, crowd: list[Customer], sort: str) -> None:
    forward = pages_forward(directory, manager, sort)
    after = ""
    for _ in range(len(forward) - 1):
        after = directory.slice(manager, directory.state({"stage": "", "sort": sort, "after": after})).next
    part = directory.slice(manager, directory.state({"stage": "", "sort": sort, "after": after}))
    back = [[row.pk for row in part.rows]]
    while part.previous:
        part = directory.slice(manager, directory.state({"stage": "", "sort": sort, "before": part.previous}))
        back.append([row.pk for row in part.rows])
    assert back[::-1] == forward


def test_rows_come_in_order_and_those_without_figures_last(
    directory: Any, manager: User, crowd: list[Customer]
) -> None:
    ordered = directory.rows_in_order(manager, directory.state({"stage": "", "sort": "-revenue"}), chunk=2)
    figures = [str(row.metrics.net_revenue) if hasattr(row, "metrics") else "–" for row in ordered]
    assert figures == ["10.5000"] * 4 + ["7.2500"] * 2 + ["0.0000"] * 2 + ["–"] * 3


@pytest.mark.parametrize("sort", ["revenue", "-revenue"])
def test_a_filter_that_leaves_few_rows_asks_for_both_parts_of_the_order_at_once(
    directory: Any, manager: User, crowd: list[Customer], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.page_size = len(crowd)
    state = directory.state({"stage": Stage.values, "sort": sort})
    with CaptureQueriesContext(connection) as together:
        rare = directory.slice(manager, state)
    monkeypatch.setattr(searched, "RARE", 0)
    with CaptureQueriesContext(connection) as apart:
        common = directory.slice(manager, state)
    assert rare == common
    assert len(rare.rows) == len(crowd)
    read = [
        [query for query in asked.captured_queries if query["sql"].startswith('SELECT "customers_customer"')]
        for asked in (together, apart)
    ]
    assert [len(queries) for queries in read] == [1, 2]


@pytest.mark.parametrize("sort", ["revenue", "-revenue"])
def test_few_filtered_rows_are_walked_in_one_order(
    directory: Any, manager: User, crowd: list[Customer], sort: str
) -> None:
    assert pages_forward(directory, manager, sort, Stage.values) == pages_forward(directory, manager, sort)


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "a:b:c",
        dumps(["sort_key", "ada", 1, False], salt="another salt"),
        dumps(["created_at", "2026-01-01", 1, False], salt=SALT),
        dumps(["sort_key"], salt=SALT),
        dumps("text", salt=SALT),
        dumps(3, salt=SALT),
    ],
)
def test_a_bad_cursor_gives_the_first_page(directory: Any, manager: User, crowd: list[Customer], cursor: str) -> None:
    first = directory.slice(manager, directory.state({}))
    for key in ("after", "before"):
        assert directory.slice(manager, directory.state({key: cursor})).rows == first.rows


def test_a_tampered_cursor_gives_the_first_page(directory: Any, manager: User, crowd: list[Customer]) -> None:
    first = directory.slice(manager, directory.state({}))
    forged = ("A" if first.next[0] != "A" else "B") + first.next[1:]
    assert directory.slice(manager, directory.state({"after": forged})).rows == first.rows


def test_a_page_costs_one_query_and_comparison_uses_whole_rows(
    directory: Any, manager: User, crowd: list[Customer], django_assert_num_queries: Any
) -> None:
    state = directory.state({"after": directory.slice(manager, directory.state({})).next})
    with django_assert_num_queries(1) as asked:
        directory.slice(manager, state)
    sql = asked.captured_queries[0]["sql"]
    assert '("customers_customer"."sort_key", "customers_customer"."id") >' in sql
    assert "LIMIT 4" in sql


def test_a_column_that_may_be_null_cannot_page_a_list() -> None:
    with pytest.raises(ImproperlyConfigured, match="birth_date may be NULL"):
        Sorting(Customer, "birth_date").check()
    with pytest.raises(ImproperlyConfigured, match="owner__name may be NULL"):
        Sorting(Customer, "owner__name").check()
    with pytest.raises(ImproperlyConfigured, match="no column"):
        Sorting(Customer, "nowhere").check()


def test_every_list_of_the_site_is_declared_soundly() -> None:
    assert list_pages()
    for page in list_pages():
        page.check()
