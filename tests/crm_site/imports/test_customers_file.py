"""Importing customers: matched, created, updated, refused, and never twice."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from crm_site.events.models import EventRecord
from crm_site.imports.models import Import, RowState, StagedRow
from customers.lists import customer_list
from customers.models import Address, ContactPoint, Customer
from tests.conftest import Cast
from tests.factories.records import CustomerFactory

Importer = Callable[..., dict[str, Any]]
FILE = """Reference,Full name,E-mail,Phone,City,Country
C1,Ada Byron,ADA@example.com,+49 30 901820,Berlin,Germany
C2,张三,zhang@example.cn,138 0013 8000,苏州,China
,No Key GmbH,,,,
"""


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    """Return rows, created, updated, skipped, failed."""
    return tuple(report[name] for name in ("rows", "created", "updated", "skipped", "failed"))


def test_new_rows_become_customers_with_contacts_and_addresses(import_text: Importer) -> None:
    assert counts(import_text("customers", FILE)) == (3, 3, 0, 0, 0)
    zhang = Customer.objects.get(reference="C2")
    assert (zhang.name, zhang.country, zhang.metrics.orders_count, zhang.score.tier) == ("张三", "China", 0, "")
    assert ContactPoint.objects.get(customer=zhang, kind="phone").normal == "+8613800138000"
    assert ContactPoint.objects.get(customer__reference="C1", kind="email").normal == "ada@example.com"
    assert Address.objects.get(customer=zhang).city == "苏州"


@pytest.mark.parametrize("query", ["张三", "zhangsan", "zs", "13800138", "zhang@exam", "C2"])
def test_an_imported_customer_is_found(import_text: Importer, cast: Cast, query: str) -> None:
    import_text("customers", FILE)
    found = customer_list.search(cast.admin, query)
    assert [one.name for one in found] == ["张三"]


def test_the_same_file_again_changes_nothing(import_text: Importer) -> None:
    import_text("customers", FILE)
    versions = dict(Customer.objects.values_list("reference", "version"))
    report = import_text("customers", FILE)
    assert counts(report)[:3] == (3, 1, 0)  # the row without a key cannot be known again
    assert counts(report)[3] == 2
    assert dict(Customer.objects.exclude(reference="").values_list("reference", "version")) == {
        key: version for key, version in versions.items() if key
    }


def test_known_rows_are_updated_and_empty_cells_leave_values_alone(import_text: Importer) -> None:
    import_text("customers", FILE)
    report = import_text("customers", "reference,name,country,industry\nC1,Ada Lovelace,,Mathematics\n")
    assert counts(report) == (1, 0, 1, 0, 0)
    ada = Customer.objects.get(reference="C1")
    assert (ada.name, ada.country, ada.industry, ada.version) == ("Ada Lovelace", "Germany", "Mathematics", 2)
    assert "lovelace" in ada.search_text
    assert "ada@example.com" in ada.search_text


@pytest.mark.parametrize(
    ("mode", "expected", "name"),
    [("create", (2, 1, 0, 1, 0), "Ada Byron"), ("update", (2, 0, 1, 1, 0), "Ada L.")],
)
def test_the_mode_says_what_may_happen(import_text: Importer, mode: str, expected: tuple[int, ...], name: str) -> None:
    import_text("customers", FILE)
    report = import_text("customers", "reference,name\nC1,Ada L.\nC9,New\n", "--mode", mode)
    assert counts(report) == expected
    assert Customer.objects.get(reference="C1").name == name
    assert Customer.objects.filter(reference="C9").exists() is (mode == "create")


@pytest.mark.parametrize(
    ("policy", "expected", "name"),
    [
        ("update", (3, 2, 0, 1, 0), "second"),
        ("skip", (3, 2, 0, 1, 0), "first"),
        ("keep", (3, 2, 0, 0, 1), "first"),
    ],
)
def test_repeated_keys_follow_the_policy(
    import_text: Importer, policy: str, expected: tuple[int, ...], name: str
) -> None:
    report = import_text("customers", "reference,name\nA,first\nB,other\nA,second\n", "--duplicates", policy)
    assert counts(report) == expected
    assert Customer.objects.get(reference="A").name == name


def test_customers_can_be_known_by_mail(import_text: Importer) -> None:
    import_text("customers", FILE)
    report = import_text("customers", "email,industry\nada@EXAMPLE.com,Poetry\n", "--key", "email")
    assert counts(report) == (1, 0, 1, 0, 0)
    assert Customer.objects.get(reference="C1").industry == "Poetry"


def test_bad_cells_are_refused_with_line_column_and_reason(import_text: Importer) -> None:
    text = (
        "reference,name,email,birth_date,website\n"
        "A,Good,good@example.com,1990-02-28,example.com\n"
        "B,=HYPERLINK(1),b@example.com,,\n"
        "C,Bad mail,not a mail,,\n"
        "D,Bad day,,1990-02-30,\n"
        f"E,{'x' * 201},,,\n"
        "F,Ragged,one,two,three,four\n"
        "G,With\x00NUL,,,\n"
        ",,,,\n"
        "H,,,,javascript:alert(1)\n"
    )
    report = import_text("customers", text)
    assert (report["created"], report["failed"]) == (1, 7)
    with Path(report["failures_file"]).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "column", "reason", "value"]
    assert [(row[0], row[1]) for row in rows[1:]] == [
        ("3", "name"), ("4", "email"), ("5", "birth_date"), ("6", "name"), ("7", ""), ("8", ""), ("10", "website"),
    ]  # fmt: skip
    assert rows[1][2] == "A formula is not accepted; type the value itself."
    assert rows[1][3].startswith("'=HYPERLINK"), "the failures file must not carry the formula back"
    assert Customer.objects.count() == 1


def test_every_row_says_what_became_of_it(import_text: Importer) -> None:
    import_text("customers", "reference,name\nA,Known\n")
    import_text("customers", "reference,name\nA,Known\nB,New\n,\n")
    rows = StagedRow.objects.filter(job=Import.objects.latest("pk")).order_by("line")
    assert [(row.line, row.state) for row in rows] == [(2, RowState.SKIPPED), (3, RowState.CREATED)]
    assert rows[1].record_id == Customer.objects.get(reference="B").pk


def test_one_event_stands_for_the_whole_file(import_text: Importer) -> None:
    import_text("customers", FILE)
    assert EventRecord.objects.get(name="customers.CustomersImported").payload["count"] == 3
    assert not EventRecord.objects.filter(name="customers.CustomerCreated").exists()


def test_a_dry_run_writes_nothing_and_shows_normal_forms(import_text: Importer) -> None:
    report = import_text("customers", FILE + "C4,=cmd,,,,\n", "--dry-run")
    assert not Customer.objects.exists()
    assert not Import.objects.exists()
    assert (report["encoding"], report["delimiter"], report["header_line"]) == ("utf-8", ",", 1)
    assert report["mapping"]["Full name"] == "name"
    assert report["records"][0]["email"] == "ada@example.com"
    assert report["records"][0]["phone"] == "+4930901820"
    assert report["rejected"] == [
        {"line": 5, "columns": ["Full name"], "reasons": ["A formula is not accepted; type the value itself."]}
    ]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("gb18030", ","), ("utf-16", "\t"), ("utf-8-sig", ";"), ("utf-8", "|")]
)
def test_encodings_and_delimiters_are_found(import_text: Importer, encoding: str, delimiter: str) -> None:
    lines = ["客户编号,姓名,城市", "C1,张伟国,苏州工业园区", "C2,王小明,上海浦东新区", "C3,李娜,北京海淀区"]
    text = "\n".join(line.replace(",", delimiter) for line in lines) + "\n"
    assert counts(import_text("customers", text.encode(encoding))) == (3, 3, 0, 0, 0)
    assert set(Customer.objects.values_list("name", flat=True)) == {"张伟国", "王小明", "李娜"}


def test_people_are_linked_to_their_organisation(import_text: Importer) -> None:
    CustomerFactory(name="Known AG", kind="organisation")
    import_text("customers", "reference,name,company\n1,Ann,Known AG\n2,Ben,New GmbH\n3,Cem,New GmbH\n")
    assert Customer.objects.get(name="Ann").organisation == Customer.objects.get(name="Known AG")
    new = Customer.objects.get(name="New GmbH")
    assert new.kind == "organisation"
    assert set(new.members.values_list("name", flat=True)) == {"Ben", "Cem"}


def test_a_missing_file_an_unknown_key_and_a_picture_are_refused(import_text: Importer) -> None:
    with pytest.raises(CommandError, match="found by"):
        import_text("customers", FILE, "--key", "shoe_size")
    with pytest.raises(CommandError, match="neither"):
        import_text("customers", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
    with pytest.raises(CommandError, match="does not fit"):
        import_text("orders", "number\n1\n")
    assert not Import.objects.exists()


def test_the_command_takes_words_and_habits_with_the_mapping(import_text: Importer, tmp_path: Path, cast: Cast) -> None:
    said = tmp_path / "map.json"
    said.write_text(
        json.dumps(
            {
                "mapping": {"Nr": "reference", "Wer": "name", "Art": "kind", "Seit": "created_at", "Betreuer": "owner"},
                "values": {"kind": {"Firma XL": "organisation"}, "owner": {"Sam": cast.owner.email}},
                "habits": {"date_order": "mdy"},
            }
        )
    )
    import_text("customers", "Nr,Wer,Art,Seit,Betreuer\n1,Acme,FIRMA xl,1/2/2026,sam\n", "--map", str(said))
    acme = Customer.objects.get()
    assert (acme.kind, acme.owner) == ("organisation", cast.owner)
    assert acme.created_at.date().isoformat() == "2026-01-02"


def test_an_update_by_mail_leaves_the_name_alone(import_text: Importer) -> None:
    import_text("customers", FILE)
    import_text("customers", "email,industry\nada@EXAMPLE.com,Poetry\n", "--key", "email")
    assert Customer.objects.get(reference="C1").name == "Ada Byron"


def test_two_rows_with_one_reference_and_different_mails_do_not_stop_the_import(import_text: Importer) -> None:
    text = "reference,name,email\nR1,Ada,a@example.com\nR1,Bo,b@example.com\nR2,Cem,c@example.com\n"
    report = import_text("customers", text, "--key", "email")
    assert (report["created"], report["failed"]) == (2, 1)
    assert StagedRow.objects.get(state=RowState.FAILED).problems[0]["code"] == "reference_taken"


def test_a_dry_run_of_nothing_but_bad_rows_is_json_too(import_text: Importer) -> None:
    report = import_text("customers", "reference,name\nA,=cmd\n", "--dry-run")
    assert (report["records"], report["rows"], report["failed"]) == ([], 1, 1)
