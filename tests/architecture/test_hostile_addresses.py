"""Lists, dashboards and searches survive whatever stands in their address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.pages.lists import ListPage
from crm_site.pages.lists.registry import list_pages
from tests.conftest import Cast
from tests.factories import records

assert get_resolver().url_patterns  # lists become known with their addresses
LISTS = {page.code: page for page in list_pages()}
FIXED = [
    "", "0", "-1", "1e999", "NaN", "Infinity", "9" * 40, "٣", "１２", "2026-02-30", "0000-00-00", "9999-12-31", "me",
    "none", "' OR 1=1 --", "%' ESCAPE '", "\\", "\x00", "\x80\xff", "../../etc", "{{ 7*7 }}", "%(x)s", "a" * 5000,
    "<script>alert(1)</script>", "王", "wáng", "%", "_", "sort", "-", "--name", "name\n", "pk__gte", "owner__password",
    "-owner__email", "True", "[]", "{}", "\u202e", "👩‍👩‍👧",
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(FIXED), st.text(max_size=30))
BOUNDED = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def names_of(page: ListPage[Any]) -> list[str]:
    """Return every parameter the list reads, and some it does not."""
    parts = [
        f"{item.name}{suffix}" for item in page.filters for suffix in ("", "_from", "_to", "_min", "_max", "_below")
    ]
    return [
        *parts,
        "q",
        "sort",
        "cols",
        "as",
        "on",
        "view",
        "lane",
        "after",
        "before",
        "page",
        "limit",
        "cursor",
        "changed_since",
        "no_such",
        "owner__email",
    ]


@pytest.fixture
def reader(cast: Cast) -> Client:
    """Return a client of a rep who has something to see."""
    customer = records.CustomerFactory(owner=cast.owner, name="Wang 王伟国")
    records.OrderLineFactory(order=records.OrderFactory(customer=customer))
    records.SurveyAnswerFactory(customer=customer)
    client = Client()
    client.force_login(cast.owner)
    return client


@pytest.fixture
def administrator(cast: Cast) -> Client:
    """Return a client of somebody who sets up, for the lists that a rep does not have."""
    client = Client()
    client.force_login(cast.admin)
    return client


def ask(client: Client, path: str, pairs: list[tuple[str, str]], *allowed: int) -> None:
    """Ask, and hold the answer to what is allowed; reading the body runs what is lazy."""
    query = urlencode(pairs, errors="surrogatepass")
    answer: Any = client.get(f"{path}?{query}")
    assert answer.status_code in allowed, (path, pairs, answer.status_code)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert b"<script>alert(1)</script>" not in body


@pytest.mark.parametrize("code", sorted(LISTS))
def test_a_list_survives_any_query(code: str, reader: Client, administrator: Client) -> None:
    page = LISTS[code]
    client = administrator if page.module == "setup" else reader
    names = st.sampled_from(names_of(page))

    @BOUNDED
    @given(pairs=st.lists(st.tuples(names, VALUES), max_size=6), export=st.sampled_from(["", "", "csv", "xlsx", "exe"]))
    def attack(pairs: list[tuple[str, str]], export: str) -> None:
        ask(client, page.path, [*pairs, *([("export", export)] if export else [])], 200, 404)

    attack()


@pytest.mark.parametrize("code", sorted(LISTS))
def test_every_parameter_survives_every_known_attack(code: str, reader: Client, administrator: Client) -> None:
    page = LISTS[code]
    client = administrator if page.module == "setup" else reader
    for value in FIXED:
        ask(client, page.path, [(name, value) for name in names_of(page)], 200)


@pytest.mark.parametrize(
    "name",
    [
        "customers",
        "tasks",
        "orders",
        "payments",
        "products",
        "surveys",
        "survey-answers",
        "kpis",
        "kpis/nps",
        "kpis/no-such",
    ],
)
def test_the_api_survives_any_query(name: str, reader: Client) -> None:
    names = ["q", "sort", "owner", "from", "to", "limit", "cursor", "changed_since", "stage", "total_min", "format"]

    @BOUNDED
    @given(pairs=st.lists(st.tuples(st.sampled_from(names), VALUES), max_size=6))
    def attack(pairs: list[tuple[str, str]]) -> None:
        ask(reader, f"/api/v1/{name}/", pairs, 200, 400, 404)

    attack()


PAGES = {
    "analytics:overview": ("range", "from", "to", "compare"),
    "analytics:customer-value": ("range", "from", "to"),
    "analytics:sales": ("range", "from", "to", "compare", "owner", "team"),
    "pages:palette": ("q",),
    "imports:import-create": ("kind", "file"),
    "customers:customer-create": ("name", "owner", "organisation", "tags", "birth_date"),
    "customers:task-create": ("title", "customer", "day", "clock", "weekdays", "guests", "until"),
    "sales:order-create": ("customer", "ordered_at", "currency", "lines-TOTAL_FORMS"),
    "service:answer-create": ("survey", "customer", "score"),
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_survive_any_query(name: str, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.manager)

    @BOUNDED
    @given(pairs=st.lists(st.tuples(st.sampled_from(PAGES[name]), VALUES), max_size=4))
    def attack(pairs: list[tuple[str, str]]) -> None:
        ask(client, reverse(name), pairs, 200)

    attack()


def test_pickers_and_timelines_survive_any_query(cast: Cast) -> None:
    customer = records.CustomerFactory(owner=cast.owner)
    client = Client()
    client.force_login(cast.owner)
    timeline = reverse("customers:customer-timeline", args=[customer.pk])

    @BOUNDED
    @given(words=VALUES, key=VALUES)
    def attack(words: str, key: str) -> None:
        for code, page in LISTS.items():
            ask(client, reverse("pages:pick", args=[code]), [("q", words)], 404 if page.module == "setup" else 200)
        ask(client, timeline, [("at", words), ("id", key)], 200)
        ask(client, timeline, [("at", "2026-01-01T00:00:00+00:00"), ("id", key)], 200)

    attack()
