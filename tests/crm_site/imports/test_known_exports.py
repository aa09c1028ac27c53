"""Exports of usual CRMs and address books are understood without a word from the importer."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm_site.lib.spreadsheets import open_sheet
from tests.reference_data import reference_file

Importer = Callable[..., dict[str, Any]]
EXPORTS = (
    "hubspot-contacts.csv",
    "salesforce-leads.csv",
    "google-contacts.csv",
    "outlook-utf16.txt",
    "pipedrive-cp1252.csv",
    "excel-de-semicolon.csv",
    "gb18030-contacts.csv",
)
OURS = {
    "first": "given_name",
    "given": "given_name",
    "last": "family_name",
    "family": "family_name",
    "full_name": "name",
    "company": "organisation",
    "email": "email",
    "phone_e164": "phone",
    "revenue": "revenue",
}


def packed(archive: str, name: str) -> bytes:
    """Return a file of one of the archives beside the project."""
    with zipfile.ZipFile(reference_file(f"import-csv/{archive}.zip")) as folder:
        return folder.read(next(one for one in folder.namelist() if one.endswith(name)))


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_as_its_program_meant_it(import_text: Importer, name: str) -> None:
    expected = json.loads(packed("crm-exports-shared", "expected.json"))[name]
    found = import_text("customers", packed("crm-exports-shared", name), "--dry-run")
    told = (found["encoding"], found["delimiter"], found["header_line"], found["rows"])
    assert told == (expected["encoding"], expected["delimiter"], expected["header_line"], expected["data_rows"])
    wanted = [
        {OURS[key]: value.lower() if key == "email" else value for key, value in record.items() if key in OURS}
        for record in expected["records"]
    ]
    assert [
        {key: record.get(key) for key in one} for one, record in zip(wanted, found["records"], strict=True)
    ] == wanted
    assert [(row["line"], row["columns"]) for row in found["rejected"]] == [
        (row["line"], row["columns"]) for row in expected["rejected"]
    ]


def test_google_puts_two_addresses_into_one_cell(import_text: Importer) -> None:
    found = import_text("customers", packed("crm-exports-shared", "google-contacts.csv"), "--dry-run")
    record = found["records"][0]
    assert (record["email"], record["other_emails"]) == (
        "ipek.alfarsi0@example.com",
        ["alt-ipek.alfarsi0@example.com"],
    )
    assert record["note"] == '=HYPERLINK("http://example.com","x")', "a note may hold anything, it is only text"


def test_what_the_exports_say_is_kept(import_text: Importer) -> None:
    from customers.models import Activity, ContactPoint, Customer

    import_text("customers", packed("crm-exports-shared", "hubspot-contacts.csv"))
    first = Customer.objects.get(reference="760004799")
    assert first.created_at.isoformat() == "2026-01-10T09:10:00+00:00"
    assert first.organisation is not None
    assert (first.organisation.name, first.organisation.kind) == ('Harbour "H" Co', "organisation")
    import_text("customers", packed("crm-exports-shared", "google-contacts.csv"))
    points = ContactPoint.objects.filter(customer__name="İpek Al-Farsi", kind="email")
    assert list(points.values_list("value", "is_primary")) == [
        ("ipek.alfarsi0@example.com", True),
        ("alt-ipek.alfarsi0@example.com", False),
    ]
    import_text("customers", packed("crm-exports-shared", "excel-de-semicolon.csv"))
    revenue = Activity.objects.get(verb="customer.note", customer__contact_points__value="anais.oconnor0@example.org")
    assert revenue.body == "Revenue: 1234.50"
    import_text("customers", packed("crm-exports-shared", "salesforce-leads.csv"))
    lead = Customer.objects.get(reference="00Q5g0000057873AAA")
    assert (lead.job_title, lead.created_at.date().isoformat()) == ("Head of Purchasing", "2026-03-15")


def spectrum() -> list[str]:
    """Return the names of the edge cases of csv-spectrum."""
    return [
        "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
        "quotes_and_newlines", "simple", "simple_crlf", "utf8",
    ]  # fmt: skip


@pytest.mark.parametrize("name", spectrum())
def test_the_edge_cases_of_csv_are_read_exactly(tmp_path: Path, name: str) -> None:
    path = tmp_path / "case.csv"
    path.write_bytes(packed("csv-spectrum", f"csvs/{name}.csv"))
    with open_sheet(path) as sheet:
        rows = [dict(zip(sheet.header, row.cells, strict=True)) for row in sheet.rows]
    expected = packed("csv-spectrum", f"json/{name}.json")
    if b"\r" not in path.read_bytes():
        expected = expected.replace(rb"\r\n", rb"\n")  # the archive's own files have lost their carriage returns
    assert rows == json.loads(expected)
