"""The one writer defuses formulas and keeps numbers numbers."""

import csv
import io
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm_site.lib.spreadsheets import defuse, stream_csv, undo_defusing, write_csv, write_xlsx, writing

TRIGGERS = "=+-@"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\nx",
        "  =1",
        "\u200b=1",
        "\ufeff=HYPERLINK()",
        "＝1",
        "\u3000＠x",
        "\u202e-1",
        "\u00a0+1",
        "−5",
    ],
)
def test_formulas_get_an_apostrophe_and_lose_it_again(text: str) -> None:
    assert defuse(text) == "'" + text
    assert undo_defusing(defuse(text)) == text


@pytest.mark.parametrize("text", ["", "plain", "a=b", "5-3", "'quoted'", "mail@example.com", "李=四"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert defuse(text) == text
    assert undo_defusing(text) == text


@given(
    st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=5),
    st.sampled_from(TRIGGERS + "＝＋－＠"),
)
def test_no_invisible_beginning_hides_a_formula(start: str, trigger: str) -> None:
    assert defuse(f"{start}{trigger}cmd()").startswith("'")


@given(st.text())
def test_nothing_written_begins_like_a_formula(text: str) -> None:
    written = defuse(text)
    visible = [sign for sign in written if unicodedata.category(sign) not in ("Cc", "Cf", "Zs", "Zl", "Zp")]
    assert not visible or unicodedata.normalize("NFKC", visible[0])[0] not in TRIGGERS


def _csv(rows: list[list[object]]) -> list[list[str]]:
    page = io.BytesIO()
    write_csv(page, ["h"], rows)
    return list(csv.reader(io.StringIO(page.getvalue().decode("utf-8-sig"), newline="")))[1:]


def test_csv_numbers_keep_their_sign_and_text_does_not_compute() -> None:
    row: list[object] = [Decimal("-5.50"), -3, -0.5, "-5", None, True, float("nan"), date(2026, 3, 1), "a\0b"]
    assert _csv([row]) == [["-5.50", "-3", "-0.5", "'-5", "", "true", "", "2026-03-01", "ab"]]


def test_csv_streams_in_chunks_with_an_optional_mark() -> None:
    chunks = list(stream_csv(["name"], (["x" * 100] for _ in range(5000))))
    assert chunks[0] == b"\xef\xbb\xbf"
    assert len(chunks) > 5
    assert b"".join(stream_csv(["é"], [], bom=False)) == "é\r\n".encode()


def _xlsx(rows: list[list[object]]) -> list[tuple[object, ...]]:
    page = io.BytesIO()
    write_xlsx(page, ["h", "=1"], rows, title="Sales [2026]")
    sheets = load_workbook(io.BytesIO(page.getvalue())).worksheets
    return [tuple(cell.value for cell in row) for sheet in sheets for row in sheet.iter_rows()]


def test_xlsx_numbers_stay_numbers_and_formulas_become_text() -> None:
    when = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert _xlsx([[Decimal("-5.5"), "=1+1"], ["-5", when], ["bell\x07", None]]) == [
        ("h", "'=1"),
        (-5.5, "'=1+1"),
        ("'-5", when.replace(tzinfo=None)),
        ("bell", None),
    ]


def test_xlsx_without_rows_has_its_header() -> None:
    assert _xlsx([]) == [("h", "'=1")]


def test_xlsx_goes_on_in_a_further_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "XLSX_ROWS", 3)
    assert _xlsx([[1], [2], [3]]) == [("h", "'=1"), (1, None), (2, None), ("h", "'=1"), (3, None)]
