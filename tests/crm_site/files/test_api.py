"""Attachments through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from crm_site.api.models import ApiToken
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.notifications import AttachmentFactory, png
from tests.factories.records import CustomerFactory


@pytest.fixture(autouse=True)
def fresh_throttle() -> None:
    """Forget how often anybody has asked."""
    cache.clear()


def caller(user: User, *scopes: str) -> Client:
    """Return a client with a token of somebody's."""
    _token, secret = ApiToken.issue(user, scopes=list(scopes))
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_files_of_a_record_are_listed_and_their_bytes_given(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    kept = AttachmentFactory(subject_id=customer.pk)
    AttachmentFactory(subject_id=customer.pk + 1)
    AttachmentFactory(subject_id=customer.pk, scan="infected")
    client = caller(cast.owner, "customers:read")
    infected, found = client.get(f"/api/v1/attachments/customer/{customer.pk}/").json()["results"]
    assert (found["id"], found["size"], found["name"]) == (kept.pk, len(png()), "picture.png")
    assert infected["url"] is None
    answer: Any = client.get(found["url"])
    assert b"".join(answer.streaming_content) == png()
    assert answer["Content-Disposition"] == 'attachment; filename="picture.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_who_does_not_see_the_record_finds_nothing(cast: Cast) -> None:
    customer = CustomerFactory(owner=cast.owner)
    kept = AttachmentFactory(subject_id=customer.pk)
    paths = (f"/api/v1/attachments/customer/{customer.pk}/", f"/api/v1/attachments/{kept.pk}/content/")
    for path in paths:
        assert caller(cast.outsider).get(path).status_code == 404
        assert caller(cast.owner, "sales").get(path).status_code == 404
        assert Client().get(path).status_code == 401
        assert caller(cast.owner).post(path).status_code == 405
    for path in ("/api/v1/attachments/no-such/1/", f"/api/v1/attachments/customer/{10**30}/"):
        assert caller(cast.admin).get(path).status_code == 404
    assert caller(cast.admin).get(f"/api/v1/attachments/{10**30}/content/").status_code == 404
