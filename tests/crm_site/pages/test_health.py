"""What watchers of the site ask."""

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client


def test_the_site_says_that_it_lives_without_asking_any_server(client: Client) -> None:
    # No database mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_the_site_is_ready_while_its_servers_answer(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": True, "cache": True}


@pytest.mark.django_db
def test_a_lost_database_makes_the_site_unready(client: Client) -> None:
    def lose(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(lose):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": False, "cache": True}


@pytest.mark.django_db
def test_a_lost_cache_makes_the_site_unready(client: Client, settings: LazySettings) -> None:
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock"}
    settings.CACHES = {"default": cache}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": True, "cache": False}
