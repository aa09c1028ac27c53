"""The virus check, thumbnails, and what is forgotten."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from crm_site.files import thumbnails
from crm_site.files.keeping import keep, path_of, thumbnail_of
from crm_site.files.models import Attachment
from crm_site.files.preparing import prepare_pending
from crm_site.files.scanning import ScannerError, is_clean
from crm_site.history.models import TrashedRecord
from crm_site.jobs.running import run_job
from crm_site.jobs.starting import start_job
from crm_site.staff.models import User
from tests.conftest import Cast
from tests.crm_site.files.conftest import Upload
from tests.factories.history import TrashedRecordFactory
from tests.factories.notifications import AttachmentFactory, png
from tests.factories.records import CustomerFactory

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


def states() -> list[str]:
    """Return what is known of every file."""
    return list(Attachment.objects.order_by("pk").values_list("scan", flat=True))


def test_a_picture_gets_a_small_one_without_anything_of_the_first(
    cast: Cast, signed_in: SignIn, upload: Upload
) -> None:
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    image, kept = Image.new("RGB", (1000, 500), (200, 10, 10)), io.BytesIO()
    exif = image.getexif()
    exif[0x010E] = "<script>alert(1)</script> SECRET PLACE"
    image.save(kept, "JPEG", exif=exif)
    upload(client, customer, ("photo.jpg", kept.getvalue() + b"<script>TRAILER</script>"))
    row = Attachment.objects.get()
    assert client.get(f"/files/{row.pk}/thumbnail/").status_code == 404
    assert prepare_pending() == 1
    assert prepare_pending() == 0
    answer: Any = client.get(f"/files/{row.pk}/thumbnail/")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]
    drawn = b"".join(answer.streaming_content)
    assert b"SECRET" not in drawn
    assert b"TRAILER" not in drawn
    assert Image.open(io.BytesIO(drawn)).size == (320, 160)
    assert f"/files/{row.pk}/thumbnail/" in client.get(f"/files/customer/{customer.pk}/").content.decode()


@pytest.mark.parametrize(
    "content",
    [png()[:40], b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"GIF89a", b"\xff\xd8\xff\xe0" + b"x" * 50, b"RIFF0000WEBPVP8 "],
)
def test_broken_pictures_have_none_and_harm_nothing(content: bytes, tmp_path: Path) -> None:
    sha256 = keep([content]).sha256
    AttachmentFactory(sha256=sha256, has_thumbnail=False, prepared_at=None)
    assert prepare_pending() == 1
    assert Attachment.objects.get().has_thumbnail is False
    assert list(tmp_path.rglob("*.part")) == []


def test_a_picture_of_too_many_pixels_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 99)
    AttachmentFactory(sha256=keep([png(10, 10)]).sha256, has_thumbnail=False, prepared_at=None)
    prepare_pending()
    assert Attachment.objects.get().has_thumbnail is False
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 100)
    AttachmentFactory(sha256=keep([png(10, 10)]).sha256, has_thumbnail=False, prepared_at=None)
    prepare_pending()
    assert Attachment.objects.latest("pk").has_thumbnail is True


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    # 30,000 × 30,000 pixels in a header, and nothing behind it.
    header = b"\x00\x00\x00\rIHDR" + (30000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"

    bomb = b"\x89PNG\r\n\x1a\n" + header + zlib.crc32(header[4:]).to_bytes(4, "big")
    source = tmp_path / "bomb.png"
    source.write_bytes(bomb)
    assert thumbnails.draw_thumbnail(source, tmp_path / "drawn.webp") is False


def scanner(tmp_path: Path, code: str) -> str:
    """Return a command that runs lines of shell with the path as `$1`."""
    script = tmp_path / "scan.sh"
    script.write_text(f"#!/bin/sh\n{code}\n")
    script.chmod(0o700)
    return str(script)


def test_a_file_can_be_downloaded_once_it_was_found_clean(
    cast: Cast, signed_in: SignIn, upload: Upload, settings: Settings, tmp_path: Path
) -> None:
    settings.FILE_SCANNER = scanner(tmp_path, 'grep -q EICAR "$1" && exit 1; exit 0')
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    card = upload(client, customer, ("good.txt", b"good"), ("bad.txt", b"EICAR")).content.decode()
    good, bad = Attachment.objects.order_by("pk")
    assert states() == ["waiting", "waiting"]
    assert "Being checked for viruses" in card
    assert f'href="/files/{good.pk}/"' not in card
    assert client.get(f"/files/{good.pk}/").status_code == 404
    prepare_pending()
    assert states() == ["clean", "infected"]
    assert client.get(f"/files/{good.pk}/").status_code == 200
    assert client.get(f"/files/{bad.pk}/").status_code == 404
    settings.FILE_SCANNER = ""
    assert client.get(f"/files/{bad.pk}/").status_code == 404


def test_a_scanner_without_a_verdict_is_asked_again(settings: Settings, tmp_path: Path) -> None:
    settings.FILE_SCANNER = scanner(tmp_path, "exit 2")
    AttachmentFactory(scan="waiting", prepared_at=None)
    assert prepare_pending() == 1
    assert states() == ["waiting"]
    settings.FILE_SCANNER = scanner(tmp_path, "exit 0")
    assert prepare_pending() == 1
    assert states() == ["clean"]
    settings.FILE_SCANNER = str(tmp_path / "no-such-program")
    with pytest.raises(ScannerError):
        is_clean(tmp_path)


def test_files_of_before_the_scanner_are_checked_before_they_leave(
    cast: Cast, signed_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    customer = CustomerFactory(owner=cast.owner)
    old = AttachmentFactory(subject_id=customer.pk)
    client = signed_in(cast.owner)
    assert client.get(f"/files/{old.pk}/").status_code == 200
    settings.FILE_SCANNER = scanner(tmp_path, "exit 0")
    assert client.get(f"/files/{old.pk}/").status_code == 404
    assert client.get(f"/files/{old.pk}/thumbnail/").status_code == 404
    prepare_pending()
    assert client.get(f"/files/{old.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("answer", "clean"), [(b"stream: OK\0", True), (b"stream: Eicar-Test FOUND\0", False), (b"stream: ERROR\0", None)]
)
def test_clamd_is_asked_at_its_socket(answer: bytes, clean: bool | None, settings: Settings, tmp_path: Path) -> None:
    place = f"/tmp/clamd-{os.getpid()}.sock"  # noqa: S108 - the path of a socket must be short
    server = socket.socket(socket.AF_UNIX)
    server.bind(place)
    server.listen()
    heard = bytearray()

    def serve() -> None:
        line, _from = server.accept()
        while not heard.endswith(bytes(4)):
            heard.extend(line.recv(4096))
        line.sendall(answer)
        line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.FILE_SCANNER = f"clamd://{place}"
    path = tmp_path / "file"
    path.write_bytes(b"content")
    try:
        if clean is None:
            with pytest.raises(ScannerError):
                is_clean(path)
        else:
            assert is_clean(path) is clean
    finally:
        server.close()
        Path(place).unlink()
    thread.join()
    assert bytes(heard) == b"zINSTREAM\0" + (7).to_bytes(4, "big") + b"content" + bytes(4)


def forget() -> dict[str, int]:
    """Run the job and return what it forgot."""
    run = run_job(start_job("forget_files", wake=False).pk)
    assert run is not None
    assert run.state == "succeeded"
    result: dict[str, int] = run.result
    return result


def age(*digests: str) -> None:
    """Let two days pass for bytes."""
    for digest in digests:
        for path in (path_of(digest), thumbnail_of(digest)):
            if path.exists():
                os.utime(path, (time.time() - 2 * 86400,) * 2)


def test_what_was_removed_long_ago_is_forgotten_with_its_bytes(settings: Settings, tmp_path: Path) -> None:
    customer = CustomerFactory()
    kept = AttachmentFactory(subject_id=customer.pk, sha256=keep([png(9, 9)]).sha256)
    lately = AttachmentFactory(
        subject_id=customer.pk, sha256=keep([png(10, 10)]).sha256, removed_at=timezone.now() - timedelta(days=29)
    )
    long_ago = timezone.now() - timedelta(days=31)
    gone = AttachmentFactory(subject_id=customer.pk, sha256=keep([png(11, 11)]).sha256, removed_at=long_ago)
    # The same content on another record is still needed.
    AttachmentFactory(subject_id=customer.pk, sha256=kept.sha256, removed_at=long_ago)
    fresh = keep([b"an upload whose row is not committed yet"]).sha256
    broken = tmp_path / "attachments" / "broken.part"
    broken.write_bytes(b"half")
    os.utime(broken, (time.time() - 2 * 86400,) * 2)
    age(kept.sha256, lately.sha256, gone.sha256)
    assert forget() == {"rows": 2, "files": 3}  # a picture, its thumbnail, and the broken upload
    assert set(Attachment.objects.all()) == {kept, lately}
    assert not path_of(gone.sha256).exists()
    assert path_of(kept.sha256).exists()
    assert path_of(fresh).exists()
    assert forget() == {"rows": 0, "files": 0}


def test_files_of_records_that_are_gone_wait_for_the_trash() -> None:
    customer = CustomerFactory()
    row = AttachmentFactory(subject_id=customer.pk)
    other_app = AttachmentFactory(subject_kind="app-that-is-gone")
    pk = customer.pk
    customer.delete()
    TrashedRecordFactory(table_name="customers_customer", record_id=pk)
    assert forget()["rows"] == 0
    TrashedRecord.objects.all().delete()
    assert forget()["rows"] == 1
    assert list(Attachment.objects.all()) == [other_app]
    assert row.pk
