"""The search of the API finds what the palette finds, within role and token."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.lib.text import search_text
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories import records


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    """Forget how often anybody has asked."""
    cache.clear()


def ask(user: User, query: str, *scopes: str) -> list[dict[str, Any]]:
    """Return what the API finds for somebody."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    response = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/search/", {"q": query})
    assert response.status_code == 200
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def test_records_are_found_within_role_and_token(cast: Cast) -> None:
    weber = records.CustomerFactory(name="Weber", search_text=search_text(["Weber"]), owner=cast.owner)
    order = records.OrderFactory(customer=weber, number="T-1")
    both = [("customers", weber.pk), ("orders", order.pk)]
    assert [(one["kind"], one["id"]) for one in ask(cast.owner, "weber")] == both
    assert [(one["kind"], one["id"]) for one in ask(cast.owner, "weber", "customers:read")] == both[:1]
    assert ask(cast.outsider, "weber") == []
    assert ask(cast.owner, "weber", "setup") == []


def test_a_hit_says_what_it_is(cast: Cast) -> None:
    weber = records.CustomerFactory(
        name="Weber", search_text=search_text(["Weber", "C-7"]), reference="C-7", country="Germany"
    )
    assert ask(cast.manager, "c-7") == [
        {"kind": "customers", "id": weber.pk, "name": "Weber", "detail": "c-7",
         "url": weber.get_absolute_url(), "rank": "exact"}
    ]  # fmt: skip


def test_pages_and_an_empty_query_give_nothing(cast: Cast) -> None:
    assert ask(cast.manager, "customers") == ask(cast.manager, " ") == []


def test_a_stranger_is_refused(client: Client, db: None) -> None:
    assert client.get("/api/v1/search/", {"q": "a"}).status_code == 401
