"""Filters, search, figures and addresses of a list."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.pages.lists import declaration, list_view
from crm_site.pages.lists.presentation import Listing
from crm_site.staff.models import User
from customers.models import Customer, Tag

KEYS = [
    "q", "sort", "after", "before", "owner", "stage", "active", "created_from", "created_to", "born_from", "born_to",
    "revenue_min", "revenue_max", "revenue_below", "tag", "country", "other",
]  # fmt: skip
NASTY = [
    "", "me", "none", "0", "-1", "99999999999999999999", "1e9999", "NaN", "Infinity", "-0", "²", "0001-01-01",
    "9999-12-31", "2026-02-30", "yes", "no", "new", "\x00", "\ud800", "%", "_", "\\", "'; --", "王", "王伟",
    "-name", "name", "--name", "a" * 5000,
]  # fmt: skip


def names(page: Any, user: User, params: dict[str, Any] | str) -> list[str]:
    """Return the names the parameters leave, in the list's order."""
    source = QueryDict(params) if isinstance(params, str) else params
    return [row.name for row in page.rows_in_order(user, page.state(source))]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.dictionaries(
        st.sampled_from(KEYS), st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=40)), min_size=1, max_size=3)
    )
)
def test_a_list_survives_any_parameters(
    directory: Any, manager: User, crowd: list[Customer], params: dict[str, list[str]]
) -> None:
    state = directory.state(params)
    listing = Listing(directory, manager, state)
    shown = [row.record.pk for row in listing.rows]
    assert len(shown) <= directory.page_size
    assert listing.figures.count >= len(shown)
    assert {chip.filter.name for chip in listing.chips} == set(state.values)
    again = directory.state(QueryDict(listing.address.partition("?")[2]))
    assert (again.query, again.values, again.sort, again.descending) == (
        state.query, state.values, state.sort, state.descending,
    )  # fmt: skip


@pytest.mark.parametrize("params", [{key: value} for key in ("q", "after", "tag", "sort") for value in NASTY])
def test_a_page_answers_any_parameters(manager: User, directory: Any, params: dict[str, str]) -> None:
    request = RequestFactory().get("/", {key: value.replace("\ud800", "?") for key, value in params.items()})
    request.user = manager
    assert list_view(directory)(request).status_code == 200


def test_defaults_count_until_switched_off(directory: Any, manager: User, customer: Callable[..., Customer]) -> None:
    customer("New")
    customer("Gone", stage="churned")
    assert names(directory, manager, "") == ["New"]
    assert names(directory, manager, "stage=") == ["Gone", "New"]
    assert names(directory, manager, "stage=churned&stage=nonsense") == ["Gone"]
    assert names(directory, manager, "stage=nonsense") == ["Gone", "New"]


def test_owner_filter_knows_me_nobody_and_people(
    directory: Any, manager: User, rep: User, customer: Callable[..., Customer]
) -> None:
    customer("Mine", owner=manager)
    customer("Theirs", owner=rep)
    customer("Free")
    assert names(directory, manager, "owner=me") == ["Mine"]
    assert names(directory, manager, "owner=none") == ["Free"]
    assert names(directory, manager, f"owner={rep.pk}") == ["Theirs"]
    assert names(directory, manager, "active=yes") == ["Mine", "Theirs"]


def test_days_begin_in_the_readers_zone(directory: Any, manager: User, customer: Callable[..., Customer]) -> None:
    customer("Late", created=dt.datetime(2026, 3, 31, 17, 30, tzinfo=dt.UTC))
    asked = "created_from=2026-04-01&created_to=2026-04-01"
    with timezone.override(zoneinfo.ZoneInfo("Asia/Shanghai")):
        assert names(directory, manager, asked) == ["Late"]
    with timezone.override(zoneinfo.ZoneInfo("Europe/Berlin")):
        assert names(directory, manager, asked) == []


def test_figures_include_both_ends_but_below_is_open(
    directory: Any, manager: User, customer: Callable[..., Customer]
) -> None:
    for name, revenue in (("Ten", "10"), ("Twenty", "20"), ("Thirty", "30")):
        customer(name, revenue=revenue)
    assert names(directory, manager, "revenue_min=10&revenue_max=20") == ["Ten", "Twenty"]
    assert names(directory, manager, "revenue_min=10&revenue_below=20") == ["Ten"]
    assert names(directory, manager, "revenue_min=1,0") == ["Ten", "Thirty", "Twenty"]


def test_related_records_match_once(directory: Any, manager: User, customer: Callable[..., Customer]) -> None:
    vip, old = Tag.objects.create(name="VIP"), Tag.objects.create(name="Old")
    customer("Both").tags.set([vip, old])
    customer("None")
    assert names(directory, manager, f"tag={vip.pk}&tag={old.pk}") == ["Both"]


@pytest.mark.parametrize(
    ("query", "found"),
    [("hart", ["Hartmann GmbH"]), ("伟国", ["王伟国"]), ("wangwei", ["王伟国"]), ("wwg", ["王伟国"]), ("1_0", [])],
)
def test_search_finds_latin_chinese_and_pinyin(
    directory: Any, manager: User, customer: Callable[..., Customer], query: str, found: list[str]
) -> None:
    for name in ("Hartmann GmbH", "王伟国", "100% Wolle", "100 Liter"):
        customer(name)
    assert names(directory, manager, {"q": query}) == found


def test_a_narrow_scope_sees_and_counts_only_its_own(directory: Any, rep: User, crowd: list[Customer]) -> None:
    state = directory.state({"stage": ""})
    assert {row.owner for row in directory.rows_in_order(rep, state)} == {rep}
    assert directory.figures(rep, state).count == 4


def test_figures_total_exactly_while_counting_is_cheap(
    directory: Any, manager: User, crowd: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = directory.figures(manager, directory.state({"stage": ""}))
    assert (figures.count, figures.more) == (11, False)
    assert figures.totals == {"revenue": Decimal("56.5000")}
    monkeypatch.setattr(declaration, "COUNT_LIMIT", 10)
    figures = directory.figures(manager, directory.state({"stage": ""}))
    assert (figures.count, figures.more, figures.totals) == (10, True, {})
    assert Listing(directory, manager, directory.state({"stage": ""})).count_words == "10+"


def test_an_address_sets_exactly_its_filters_and_switches_defaults_off(directory: Any, manager: User) -> None:
    assert directory.url() == "/customers/?stage="
    assert directory.url(stage=["loyal"], sort="-revenue") == "/customers/?stage=loyal&sort=-revenue"
    assert directory.url(owner="me", active=True) == "/customers/?owner=me&stage=&active=yes"
    assert (
        directory.url(revenue=(100, None, 200), created=(dt.date(2026, 1, 1), None))
        == "/customers/?stage=&created_from=2026-01-01&revenue_min=100&revenue_below=200"
    )
    with pytest.raises(KeyError):
        directory.url(nonsense=1)


def test_chips_say_what_is_set_and_how_to_be_rid_of_it(directory: Any, manager: User) -> None:
    listing = Listing(directory, manager, directory.state(QueryDict("owner=me&stage=&revenue_min=1000")))
    assert [(str(chip.filter.label), chip.words, chip.url) for chip in listing.chips] == [
        ("Owner", "me", "/customers/?stage=&revenue_min=1000"),
        ("Revenue", "≥ €1,000", "/customers/?owner=me&stage="),
    ]


def test_the_view_that_shows_just_this_is_active(directory: Any, manager: User) -> None:
    listing = Listing(directory, manager, directory.state(QueryDict("owner=me&stage=")))
    assert [(tab.label, tab.active) for tab in listing.tabs] == [("All", False), ("Mine", True)]
