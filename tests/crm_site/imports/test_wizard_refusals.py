"""What the wizard refuses: files that cannot be read, people who may not import, and the steps of others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from crm_site.imports.models import Import, StagedRow
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.factories.staff import ImportFactory

SignIn = Callable[[User], Client]


@pytest.mark.parametrize("step", ["import-file", "import-columns", "import-check", "import-detail"])
def test_the_steps_of_others_do_not_exist(cast: Cast, signed_in: SignIn, step: str) -> None:
    job = ImportFactory(started_by=cast.manager)
    address = reverse(f"imports:{step}", args=[job.pk])
    assert signed_in(cast.outsider).get(address).status_code == 404
    assert signed_in(cast.owner).get(address).status_code == 404
    assert signed_in(cast.manager).get(address).status_code in (200, 302)


def test_who_may_not_import_is_told_so(cast: Cast, signed_in: SignIn) -> None:
    job = ImportFactory(started_by=cast.owner)
    client = signed_in(cast.owner)
    assert client.get(reverse("imports:import-create")).status_code == 403
    for name in ("import-start", "import-values", "import-preview", "import-forget", "import-columns"):
        assert client.post(reverse(f"imports:{name}", args=[job.pk])).status_code == 403, name
    assert not StagedRow.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        ("empty.csv", b""),
        ("blank.csv", b"\n\n\n"),
        ("torn.xlsx", b"PK\x03\x04" + b"\0" * 200),
        ("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 500),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(
    cast: Cast, signed_in: SignIn, tmp_path: Path, settings: Settings, name: str, content: bytes
) -> None:
    settings.MEDIA_ROOT = tmp_path
    form = {"kind": "customers", "file": SimpleUploadedFile(name, content)}
    response = signed_in(cast.manager).post(reverse("imports:import-create"), form)
    assert response.status_code == 422
    assert 'id="id_file_error"' in response.content.decode()
    assert not Import.objects.exists()
    assert not list((tmp_path / "imports").glob("*"))
