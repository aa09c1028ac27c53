"""Notifications through the API."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.notifications.models import Notification
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.notifications import NotificationFactory

ADDRESS = "/api/v1/notifications/"


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    """Forget how often anybody has asked."""
    cache.clear()


def caller(user: User, *scopes: str) -> Client:
    """Return a client with a token of somebody's."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_ones_own_are_listed_newest_first(cast: Cast) -> None:
    first, second = (NotificationFactory(recipient=cast.owner) for _number in range(2))
    NotificationFactory(recipient=cast.teammate)
    NotificationFactory(recipient=cast.owner, in_bell=False)
    found = caller(cast.owner).get(ADDRESS).json()["results"]
    assert [one["id"] for one in found] == [second.pk, first.pk]
    assert found[0]["sentence"] == "Olga mentioned you on Ada"
    assert set(found[0]) == {"id", "kind", "sentence", "url", "created_at", "seen_at", "read_at"}


def test_one_is_marked_as_read_and_left_out_of_the_unread(cast: Cast) -> None:
    one, other = (NotificationFactory(recipient=cast.owner) for _number in range(2))
    client = caller(cast.owner)
    answer = client.post(f"{ADDRESS}{one.pk}/read/")
    assert answer.status_code == 200
    assert answer.json()["read_at"]
    unread = client.get(ADDRESS, {"unread": "true"}).json()["results"]
    assert [found["id"] for found in unread] == [other.pk]
    assert client.post(f"{ADDRESS}read/").json() == {"marked": 1}
    assert client.post(f"{ADDRESS}read/").json() == {"marked": 0}


def test_those_of_others_do_not_exist(cast: Cast) -> None:
    one = NotificationFactory(recipient=cast.owner)
    for pk in (one.pk, 0, 2**63, 10**30):
        assert caller(cast.admin).post(f"{ADDRESS}{pk}/read/").status_code == 404
    assert Client().get(ADDRESS).status_code == 401
    assert Client().post(f"{ADDRESS}{one.pk}/read/").status_code == 401
    assert not Notification.objects.exclude(read_at=None).exists()


def test_a_token_of_some_modules_does_not_open_them(cast: Cast) -> None:
    NotificationFactory(recipient=cast.owner)
    narrow = caller(cast.owner, "customers", "sales:read")
    assert narrow.get(ADDRESS).status_code == 404
    assert narrow.post(f"{ADDRESS}read/").status_code == 404
    assert not Notification.objects.exclude(read_at=None).exists()


@pytest.mark.parametrize("query", ["cursor=x", "limit=x", "limit=-1", "unread=%00", "cursor=%00", "unread[]=1"])
def test_any_query_is_survived(query: str, cast: Cast) -> None:
    assert caller(cast.owner).get(f"{ADDRESS}?{query}").status_code in (200, 404)
