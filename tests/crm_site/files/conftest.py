"""A media folder of its own for every test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

Upload = Callable[..., Any]


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Keep files in a folder that goes with the test."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def upload() -> Upload:
    """Return a function that posts files to a customer's card."""

    def post(client: Client, customer: Any, *files: tuple[str, bytes], **more: Any) -> Any:
        kept = [SimpleUploadedFile(name, content, **more) for name, content in files]
        address = reverse("files:subject-panel", args=["customer", customer.pk])
        return client.post(address, {"files": kept}, headers={"HX-Request": "true"})

    return post
