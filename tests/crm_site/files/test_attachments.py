"""Attaching, downloading and removing: seen with the record, always a download, never rendered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from crm_site.files.keeping import path_of
from crm_site.files.models import Attachment
from crm_site.files.naming import LONGEST, safe_name
from crm_site.files.sniffing import sniff
from crm_site.staff.models import User
from customers.models import Activity
from tests.conftest import Cast
from tests.crm_site.files.conftest import Upload
from tests.database_digest import database_digest
from tests.factories.notifications import AttachmentFactory, png
from tests.factories.records import CustomerFactory
from tests.factories.staff import RoleGrantFactory, UserFactory

SignIn = Callable[[User], Client]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def download(client: Client, attachment: Attachment) -> Any:
    """Fetch a file."""
    return client.get(reverse("files:attachment-download", args=[attachment.pk]))


def body(answer: Any) -> bytes:
    """Return the bytes of a streamed answer."""
    return b"".join(answer.streaming_content)


def test_a_file_is_kept_by_its_content_and_comes_back_as_a_download(
    cast: Cast, signed_in: SignIn, upload: Upload
) -> None:
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    answer = upload(client, customer, ("报价 2026.pdf", b"%PDF-1.7 words"), ("again.pdf", b"%PDF-1.7 words"))
    assert answer.status_code == 200
    assert "报价 2026.pdf" in answer.content.decode()
    second, first = Attachment.objects.of("customer", customer.pk)
    assert first.sha256 == second.sha256 == hashlib.sha256(b"%PDF-1.7 words").hexdigest()
    assert (first.size, first.content_type, first.uploaded_by) == (14, "application/pdf", cast.owner)
    got = download(client, first)
    assert body(got) == b"%PDF-1.7 words"
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "content", "claimed"),
    [
        ("picture.svg", SVG, "image/svg+xml"),
        ("page.html", HTML, "text/html"),
        ("page.xhtml", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', "application/xhtml+xml"),
        ("picture.png", HTML, "image/png"),
        ("flash.swf", b"CWS\x09flash", "application/x-shockwave-flash"),
        ("page.pdf", HTML, "application/pdf"),
    ],
)
def test_what_a_browser_could_run_is_only_ever_a_download(
    name: str, content: bytes, claimed: str, cast: Cast, signed_in: SignIn, upload: Upload
) -> None:
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    upload(client, customer, (name, content), content_type=claimed)
    kept = Attachment.objects.get()
    got = download(client, kept)
    assert got["Content-Type"] in ("text/plain", "application/octet-stream")
    assert got["Content-Disposition"] == f'attachment; filename="{name}"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert client.get(reverse("files:attachment-thumbnail", args=[kept.pk])).status_code == 404


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("a\u2066b\u2069\u200f\u200bc.txt", "abc.txt"),
        ("line\r\nSet-Cookie: x=1.txt", "lineSet-Cookie_ x=1.txt"),
        ('quote".txt', "quote_.txt"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
        ("\x00\x07", "file"),
        ("  two   words .txt ", "two words .txt"),
        ("合同（最终）.docx", "合同（最终）.docx"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("lone\ud800surrogate.txt", "lone_surrogate.txt"),
    ],
)
def test_hostile_names_are_made_harmless(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@given(st.text(max_size=400))
def test_any_name_becomes_a_harmless_one(given_name: str) -> None:
    name = safe_name(given_name)
    assert 0 < len(name) <= LONGEST
    assert not set(name) & set('/\\<>"|?*\x00\r\n\u202e\u202d\u2066\u2067\u200f')
    assert not name.startswith(".")
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (SVG, "text/plain"),
        ("你好".encode()[:5], "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"\xff\xfe\xfd", "application/octet-stream"),
    ],
)
def test_the_type_is_told_by_the_bytes(content: bytes, kind: str) -> None:
    assert sniff(content) == kind


def test_only_who_sees_the_customer_sees_its_files(cast: Cast, signed_in: SignIn, upload: Upload) -> None:
    customer = CustomerFactory(owner=cast.owner)
    kept = AttachmentFactory(subject_id=customer.pk, uploaded_by=cast.owner)
    for person in cast:
        sees = type(customer).objects.visible_to(person).filter(pk=customer.pk).exists()
        client = signed_in(person)
        for address in (f"/files/{kept.pk}/", f"/files/{kept.pk}/thumbnail/", f"/files/customer/{customer.pk}/"):
            assert client.get(address).status_code == (200 if sees else 404), (person.name, address)
    outsider = signed_in(cast.outsider)
    before = database_digest()
    assert upload(outsider, customer, ("a.txt", b"a")).status_code == 404
    assert outsider.post(f"/files/{kept.pk}/remove/").status_code == 404
    assert outsider.post(f"/files/{kept.pk}/restore/").status_code == 404
    assert database_digest() == before


def test_files_of_a_kind_nobody_knows_do_not_exist(cast: Cast, signed_in: SignIn) -> None:
    kept = AttachmentFactory(subject_kind="app-that-is-gone")
    assert signed_in(cast.admin).get(f"/files/{kept.pk}/").status_code == 404
    assert signed_in(cast.admin).get("/files/no-such/1/").status_code == 404
    assert signed_in(cast.admin).get(f"/files/customer/1/entries/{10**30}/").status_code == 404


def test_the_uploader_and_who_may_change_the_record_remove_and_put_back(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    kept = AttachmentFactory(subject_id=customer.pk, uploaded_by=cast.manager)
    client = signed_in(cast.owner)
    card = client.post(f"/files/{kept.pk}/remove/", headers={"HX-Request": "true"}).content.decode()
    assert "“picture.png” was removed." in card
    assert f"/files/{kept.pk}/restore/" in card
    assert download(client, kept).status_code == 404
    assert "picture.png" not in client.get(f"/files/customer/{customer.pk}/").content.decode()
    client.post(f"/files/{kept.pk}/restore/", headers={"HX-Request": "true"})
    assert download(client, kept).status_code == 200


def test_who_may_only_read_adds_files_but_removes_only_their_own(cast: Cast, signed_in: SignIn, upload: Upload) -> None:

    reader = UserFactory()
    reader.roles.add(RoleGrantFactory(module="customers", view="all", edit="none").role)
    customer = CustomerFactory(owner=cast.owner)
    other = AttachmentFactory(subject_id=customer.pk, uploaded_by=cast.owner)
    client = signed_in(reader)
    card = upload(client, customer, ("own.txt", b"own")).content.decode()
    own = Attachment.objects.get(name="own.txt")
    assert f"/files/{own.pk}/remove/" in card
    assert f"/files/{other.pk}/remove/" not in card
    assert client.post(f"/files/{other.pk}/remove/").status_code == 403
    assert client.post(f"/files/{own.pk}/remove/").status_code == 302
    assert list(Attachment.objects.present()) == [other]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([("big.bin", b"x" * 101)], "“big.bin” is larger than 100\xa0bytes."),
        ([("empty.txt", b"")], "“empty.txt” is empty."),
        ([("ok.txt", b"ok"), ("empty.txt", b"")], "“empty.txt” is empty."),
        ([(f"{number}.txt", b"x") for number in range(21)], "At most 20 files at once."),
    ],
)
def test_what_is_refused_is_said_and_nothing_is_kept(
    files: list[tuple[str, bytes]],
    words: str,
    cast: Cast,
    signed_in: SignIn,
    upload: Upload,
    settings: Settings,
    media: Path,
) -> None:
    settings.FILE_MAX_BYTES = 100
    customer = CustomerFactory(owner=cast.owner)
    answer = upload(signed_in(cast.owner), customer, *files)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Attachment.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_note_brings_its_files_to_the_timeline(cast: Cast, signed_in: SignIn) -> None:
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    address = reverse("customers:customer-note", args=[customer.pk])
    files = [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]
    page = client.post(address, {"body": "See these.", "files": files}, headers={"HX-Request": "true"})
    note = Activity.objects.get(verb="customer.note")
    entry = reverse("files:subject-entry", args=["customer", customer.pk, note.pk])
    assert f'hx-get="{entry}"' in page.content.decode()
    shown = client.get(entry).content.decode()
    assert shown.index("a.txt") < shown.index("b.txt")
    assert signed_in(cast.outsider).get(entry).status_code == 404


def test_a_note_whose_file_is_refused_is_not_written(cast: Cast, signed_in: SignIn) -> None:
    customer, client = CustomerFactory(owner=cast.owner), signed_in(cast.owner)
    address = reverse("customers:customer-note", args=[customer.pk])
    data = {"body": "See this.", "files": [SimpleUploadedFile("a.txt", b"")]}
    answer = client.post(address, data, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "“a.txt” is empty." in answer.content.decode()
    assert "See this." in answer.content.decode()
    assert not Activity.objects.exists()
    assert not Attachment.objects.exists()


def test_names_are_escaped_in_the_card(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    AttachmentFactory(subject_id=customer.pk, name="<img src=x onerror=alert(1)>.png", removed_at=None)
    page = signed_in(cast.owner).get(f"/files/customer/{customer.pk}/").content.decode()
    assert "<img src=x" not in page
    assert "<bdi>&lt;img src=x onerror=alert(1)&gt;.png</bdi>" in page


def test_bytes_that_are_lost_are_not_found(cast: Cast, signed_in: SignIn) -> None:
    customer = CustomerFactory(owner=cast.owner)
    kept = AttachmentFactory(subject_id=customer.pk, created_at=timezone.now())
    path_of(kept.sha256).unlink()
    assert download(signed_in(cast.owner), kept).status_code == 404
