"""Address books: vCards of real programs become customers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_site.imports.models import Import, RowState, StagedRow
from crm_site.lib.spreadsheets import Limits, Row, RowProblem, SpreadsheetRefused, open_sheet
from customers.models import Activity, ContactPoint, Customer
from tests.crm_site.imports.test_known_exports import packed

Importer = Callable[..., dict[str, Any]]
Person = tuple[str, str | None, str | None, list[str], list[str]]
N = "Ñ"
# name, given name, family name, mail addresses, phone numbers
PEOPLE: dict[str, list[Person]] = {
    "John_Doe_ANDROID.vcf": [
        ("john.doe@company.com", None, None, ["john.doe@company.com"], []),
        ("jane.doe@company.com", None, None, ["jane.doe@company.com"], []),
        (" ".join(N * 5), None, " ".join(N * 4), [], ["+86123456789"]),
        (" ".join(N * 11), None, " ".join(N * 11), [], ["+86123456", "+86234567", "+863456789", "+8645678901"]),
        (" ".join(N * 4), " ".join(N * 3), " ".join(N * 2), ["bob@company.com"], ["+86123456"]),
        (N * 4, None, N * 4, ["henry@company.com"], ["+8655556666"]),
    ],
    "John_Doe_EVOLUTION.vcf": [
        ("Mr. John Richter, James Doe Sr.", "John", "Doe", ["john.doe@ibm.com"], ["+19056661234", "+19055551234"]),
    ],
    "John_Doe_IPHONE.vcf": [
        (
            "Mr. John Richter James Doe Sr.", "John", "Doe", ["john.doe@ibm.com"],
            ["+19055551234", "+19056661234", "+19057771234", "+19052221234"],
        ),
    ],
    "John_Doe_MAC_ADDRESS_BOOK.vcf": [
        (
            "Mr. John Richter,James Doe Sr.", "John", "Doe", ["john.doe@ibm.com"],
            ["+19057771234", "+19056661234", "+19055551234", "+19052221234"],
        ),
    ],
    "fullcontact.vcf": [
        (
            "Prefix FirstName MiddleName LastName Suffix", "FirstName", "LastName",
            [f"{kind}@example.com" for kind in ("home", "work", "school", "other", "custom")],
            [f"+1555555111{last}" for last in (1, 2, 3, 4, 5, 8, 9)],
        ),
    ],
    "gmail-single.vcf": [
        ("Greg Dartmouth", "Greg", "Dartmouth", ["gdartmouth@hotmail.com"], ["+865555551111", "+865555552222"]),
    ],
    "outlook-2003.vcf": [("John Doe III", "John", "Doe", ["jdoe@hotmail.com"], [])],
    "rfc2426-example.vcf": [
        ("Frank Dawson", "Frank", "Dawson", ["frank_dawson@lotus.com", "fdawson@earthlink.net"], ["+19196769515"]),
        ("Tim Howes", "Tim", "Howes", ["howes@netscape.com"], ["+14159373419"]),
    ],
    "thunderbird-MoreFunctionsForAddressBook-extension.vcf": [
        (
            "John Doe", "John", "Doe",
            ["doe.john@hotmail.com", *(f"additional-email{n}@company.com" for n in ("", 1, 2, 3))],
            ["+15555551111", "+15555552222", "+15555555555"],
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_the_people_of_an_address_book_come_in(import_text: Importer, name: str) -> None:
    found = import_text("customers", packed("vcards-shared", name), "--dry-run")
    assert found["rejected"] == []
    assert [
        (
            record["name"] if "name" in record else record["email"],
            record.get("given_name"),
            record.get("family_name"),
            [*([record["email"]] if "email" in record else []), *record.get("other_emails", [])],
            [*([record["phone"]] if "phone" in record else []), *record.get("other_phones", [])],
        )
        for record in found["records"]
    ] == PEOPLE[name]
    report = import_text("customers", packed("vcards-shared", name))
    assert (report["created"], report["failed"]) == (len(PEOPLE[name]), 0)


def test_everything_a_card_says_is_kept(import_text: Importer) -> None:
    import_text("customers", packed("vcards-shared", "outlook-2003.vcf"))
    john = Customer.objects.get(kind="person")
    assert (john.job_title, john.birth_date and john.birth_date.isoformat()) == ("The Job Title", "1980-03-21")
    assert john.organisation is not None
    assert (john.organisation.name, john.website) == ("Company, The", "http://web-page-address.com")
    assert str(john.addresses.get()) == "TheOffice, 123 Main St, Austin, TX, 12345, United States of America"
    note = Activity.objects.get(customer=john, verb="customer.note")
    assert note.body.splitlines() == ["This is the note field!!", "Second line", "", "Third line is empty"]


def test_a_bad_phone_in_an_address_book_costs_the_phone_and_not_the_person(import_text: Importer) -> None:
    report = import_text("customers", packed("vcards-shared", "outlook-2003.vcf"))
    assert (report["rows"], report["created"], report["failed"]) == (1, 1, 0)
    row = StagedRow.objects.get(job=Import.objects.get())
    assert row.state == RowState.CREATED
    assert [(one["column"], one["value"]) for one in row.problems] == [
        ("Phone", "BusinessPhone"), ("Phone", "HomePhone"), ("Phone", "MobilePhone"),
    ]  # fmt: skip
    assert not ContactPoint.objects.filter(kind="phone").exists()


def card(*lines: str) -> bytes:
    """Return a card of these lines."""
    return "\r\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""]).encode()


@pytest.mark.parametrize(
    ("lines", "position", "cell"),
    [
        (["FN:Folded", "  Name"], 0, "Folded Name"),
        (["a-b.EMAIL;PREF=2:two@a.example", "x.EMAIL;PREF=1:one@a.example"], 6, "one@a.example ::: two@a.example"),
        (["TEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-555-555-5555"], 7, "tel:+1-555-555-5555"),
        (["TEL;TYPE=fax:+1 555", "TEL;TYPE=pager:+1 556"], 7, ""),
        (["N;CHARSET=GB18030;ENCODING=QUOTED-PRINTABLE:=D5=C5;=CE=B0"], 0, "伟 张"),
        (["FN;ENCODING=QUOTED-PRINTABLE:=C3=89=\r\n=20=C3=89"], 0, "É É"),
        (["NOTE:one\\ntwo\\, three\\; four\\\\five"], 15, "one\ntwo, three; four\\five"),
        (["ORG:A\\;B Ltd;Sales"], 4, "A;B Ltd"),
        (["KIND:org", "FN:Acme"], 3, "company"),
        (["BDAY:--0322"], 9, ""),
        (["PHOTO;ENCODING=b:AAAA", " BBBB", "FN:After"], 0, "After"),
    ],
)  # fmt: skip
def test_a_line_of_a_card_is_understood(tmp_path: Path, lines: list[str], position: int, cell: str) -> None:
    path = tmp_path / "one.vcf"
    path.write_bytes(card(*lines))
    with open_sheet(path) as sheet:
        (row,) = sheet.rows
    assert isinstance(row, Row)
    assert row.cells[position] == cell


def test_a_card_is_bounded_and_a_torn_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "two.vcf"
    path.write_bytes(card("FN:First", "NOTE:" + "x" * 250_000) + card("FN:Second") + b"BEGIN:VCARD\r\nFN:Torn")
    with open_sheet(path) as sheet:
        rows = list(sheet.rows)
    assert [type(row) for row in rows] == [RowProblem, Row, RowProblem]
    path.write_bytes(card("NOTE:" + "x" * 2_000_000))
    with open_sheet(path) as sheet, pytest.raises(SpreadsheetRefused, match="line_too_long"):
        list(sheet.rows)
    path.write_bytes(card("FN:A") * 20)
    with open_sheet(path, limits=Limits(rows=10)) as sheet, pytest.raises(SpreadsheetRefused, match="too_many_rows"):
        list(sheet.rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_whatever_stands_in_a_card_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.vcf"
    path.write_bytes(b"BEGIN:VCARD\r\n" + data + b"\r\nEND:VCARD\r\n")
    try:
        with open_sheet(path) as sheet:
            assert all(isinstance(row, Row | RowProblem) for row in sheet.rows)
    except SpreadsheetRefused:
        pass
