"""The picture of a customer: re-drawn, small, safe, seen with the customer, and gone when it is taken away."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django.fixtures import Settings

from crm_site.files.models import Attachment
from crm_site.history.models import Operation
from crm_site.history.undoing import undo_operation
from crm_site.staff.models import User
from customers.models import Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]


def png(colour: str = "red") -> SimpleUploadedFile:
    """Return a picture."""
    kept = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(kept, "PNG")
    return SimpleUploadedFile("me.png", kept.getvalue())


@pytest.fixture
def ada(cast: Cast, tmp_path: Path, settings: Settings) -> Customer:
    """The owner's customer."""
    settings.MEDIA_ROOT = tmp_path
    customer: Customer = CustomerFactory(name="Ada", owner=cast.owner)
    return customer


def test_a_picture_is_shown_to_whoever_sees_the_customer(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client = signed_in(cast.owner)
    address = reverse("customers:customer-portrait", args=[ada.pk])
    assert client.post(address, {"file": png()})["Location"] == ada.get_absolute_url()
    ada.refresh_from_db()
    assert f'<img src="{ada.picture_url}"' in client.get(ada.get_absolute_url()).content.decode()
    shown = client.get(ada.picture_url)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (320, 213)  # type: ignore[attr-defined]
    assert signed_in(cast.outsider).get(ada.picture_url).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"%PDF-1.4 x", b"\x89PNG\r\n\x1a\nbroken"],
    ids=["svg", "pdf", "broken"],
)
def test_what_cannot_be_drawn_anew_is_refused(cast: Cast, ada: Customer, signed_in: SignIn, content: bytes) -> None:
    file = SimpleUploadedFile("me.png", content, content_type="image/png")
    response = signed_in(cast.owner).post(reverse("customers:customer-portrait", args=[ada.pk]), {"file": file})
    assert response.status_code == 422
    assert "This is no picture that can be shown" in response.content.decode()
    assert Customer.objects.get().picture is None
    assert not Attachment.objects.exists()
    assert not Operation.objects.exists()


def test_a_picture_that_was_taken_away_comes_back_by_undo(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    client, address = signed_in(cast.owner), reverse("customers:customer-portrait", args=[ada.pk])
    client.post(address, {"file": png()})
    first = Attachment.objects.get().pk
    assert Customer.objects.get().picture == first
    client.post(address, {"file": png("blue")})
    assert Attachment.objects.get(pk=first).removed_at is not None
    undo_operation(Operation.objects.latest("pk"), cast.owner)
    assert Customer.objects.get().picture == first
    assert client.get(Customer.objects.get().picture_url).status_code == 200
    client.post(address, {"remove": "on"})
    assert Customer.objects.get().picture is None
    assert "Show no picture" not in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422


def test_a_reader_may_not_change_it(cast: Cast, ada: Customer, signed_in: SignIn) -> None:
    address = reverse("customers:customer-portrait", args=[ada.pk])
    assert signed_in(cast.outsider).post(address, {"file": png()}).status_code == 404
    assert Customer.objects.get().picture is None
