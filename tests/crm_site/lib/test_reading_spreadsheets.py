"""The one reader: encodings, layouts, bad rows with true line numbers, and bounds."""

import datetime as dt
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from crm_site.lib.spreadsheets import (
    DEFAULT_LIMITS,
    Limits,
    Refusal,
    Row,
    RowFault,
    RowProblem,
    SpreadsheetRefused,
    open_sheet,
    write_csv,
)
from tests.reference_data import reference_file

Saved = Callable[[bytes], Path]
TABLE = "Name,City\r\nMüller,Köln\r\nØrsted,Århus\r\n"


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def save(content: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return path

    return save


def _rows(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[Row | RowProblem]:
    with open_sheet(path, limits=limits) as sheet:
        return list(sheet.rows)


def _refusal(path: Path, limits: Limits = DEFAULT_LIMITS) -> Refusal:
    with pytest.raises(SpreadsheetRefused) as refused:
        _rows(path, limits=limits)
    assert refused.value.limit is None or refused.value.limit > 0
    return refused.value.code


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "iso-8859-1"),
    ],
)
def test_latin_encodings_are_recognised(saved: Saved, codec: str, told: str) -> None:
    with open_sheet(saved(TABLE.encode(codec))) as sheet:
        assert (sheet.encoding, sheet.header, sheet.header_line) == (told, ("Name", "City"), 1)
        assert list(sheet.rows) == [Row(2, ["Müller", "Köln"]), Row(3, ["Ørsted", "Århus"])]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "gb18030"])
def test_chinese_encodings_are_recognised(saved: Saved, codec: str) -> None:
    with open_sheet(saved("姓名,公司\n王伟国,上海示例科技有限公司\n".encode(codec))) as sheet:
        assert (sheet.encoding, sheet.header) == (codec, ("姓名", "公司"))
        assert list(sheet.rows) == [Row(2, ["王伟国", "上海示例科技有限公司"])]


def test_an_encoding_that_shows_late_is_found(saved: Saved) -> None:
    path = saved(b"a,b\n" + b"plain,text\n" * 60_000 + "Müller,“Köln”\n".encode("cp1252"))
    with open_sheet(path) as sheet:
        assert sheet.encoding == "cp1252"
        assert list(sheet.rows)[-1] == Row(60_002, ["Müller", "“Köln”"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_recognised(saved: Saved, delimiter: str) -> None:
    text = f"a{delimiter}b{delimiter}c\n1,5{delimiter}2,5{delimiter}x\n" if delimiter != "," else "a,b,c\n1;2,2,x\n"
    with open_sheet(saved(text.encode())) as sheet:
        assert (sheet.delimiter, sheet.header) == (delimiter, ("a", "b", "c"))


def test_titles_and_an_excel_hint_above_the_header_are_passed_over(saved: Saved) -> None:
    text = 'sep=;\nExport of May\n\n"Na\nme";City\nAnn;"New\nYork"\nBob;Rome\n'
    with open_sheet(saved(text.encode())) as sheet:
        assert (sheet.header, sheet.header_line) == (("Na me", "City"), 4)
        assert list(sheet.rows) == [Row(6, ["Ann", "New\nYork"]), Row(8, ["Bob", "Rome"])]


def test_one_column_needs_no_delimiter(saved: Saved) -> None:
    with open_sheet(saved(b"email\na@example.com\n\nb@example.com\n")) as sheet:
        assert list(sheet.rows) == [Row(2, ["a@example.com"]), Row(4, ["b@example.com"])]


def test_bad_rows_are_reported_with_line_and_reason(saved: Saved) -> None:
    lines = [
        b"a,b",
        "äöüßé,2".encode(),
        "中文中文中文中文,2".encode(),
        b"short",
        b"1,2,3",
        b"1,2,,",
        b"n\x00l,2",
        b"\xff\xfe\xfd,2",
        b'"multi\nline",ok',
        b'"broken"x,2',
        b"after,it",
        b"x" * 40 + b",2",
        b'"never closed,2\nbut,read\n',
    ]
    found = _rows(saved(b"\n".join(lines)), limits=Limits(cell_length=30))
    assert [(row.line, row.fault) if isinstance(row, RowProblem) else (row.line, row.cells) for row in found] == [
        (2, ["äöüßé", "2"]),
        (3, ["中文中文中文中文", "2"]),
        (4, RowFault.TOO_FEW_CELLS),
        (5, RowFault.TOO_MANY_CELLS),
        (6, ["1", "2"]),
        (7, RowFault.NUL),
        (8, RowFault.ENCODING),
        (9, ["multi\nline", "ok"]),
        (11, RowFault.QUOTES),
        (12, ["after", "it"]),
        (13, RowFault.CELL_TOO_LONG),
        (14, RowFault.QUOTES),
        (15, ["but", "read"]),
    ]


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])]
)
def test_packed_files_open_like_plain_ones(saved: Saved, pack: Callable[[bytes], bytes]) -> None:
    assert _rows(saved(pack(TABLE.encode()))) == [Row(2, ["Müller", "Köln"]), Row(3, ["Ørsted", "Århus"])]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_packed_bombs_and_torn_files_are_refused(saved: Saved, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"a,b\n" + b"0,0\n" * 4_000_000)
    assert _refusal(saved(bomb)) == Refusal.TOO_COMPRESSED
    assert _refusal(saved(pack(TABLE.encode() * 50)), Limits(csv_bytes=1000)) == Refusal.TOO_MANY_BYTES
    assert _refusal(saved(bomb[:-100]), Limits(ratio=10**6)) == Refusal.DAMAGED


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        (b"", Limits(), Refusal.EMPTY),
        (b"\n\n  \n", Limits(), Refusal.EMPTY),
        (b"a,b\n" + b"1,2\n" * 9, Limits(rows=8), Refusal.TOO_MANY_ROWS),
        (b"a,b,c\n1,2,3\n", Limits(columns=2), Refusal.TOO_MANY_COLUMNS),
        (b"a,b\n" + b"x" * 500 + b",1\n", Limits(line_length=400), Refusal.LINE_TOO_LONG),
        (b"a,b\n" + b'"x"y,1\n' * 20, Limits(broken_quotes=10), Refusal.QUOTES),
        (b"%PDF-1.7 whatever", Limits(), Refusal.UNKNOWN_FORMAT),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Limits(), Refusal.UNKNOWN_FORMAT),
        (b"PK\x03\x04 torn", Limits(), Refusal.DAMAGED),
    ],
)
def test_files_out_of_bounds_are_refused(saved: Saved, content: bytes, limits: Limits, code: Refusal) -> None:
    assert _refusal(saved(content), limits) == code


def _workbook(rows: list[list[object]]) -> bytes:
    book, page = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(page)
    return page.getvalue()


def _package(sheet: bytes, *, replaced: str = "xl/worksheets/sheet1.xml") -> bytes:
    """Replace one part of a good workbook."""
    page = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_workbook([["a", "b"], [1, 2]]))) as old,
        zipfile.ZipFile(page, "w", 8) as new,
    ):
        for name in old.namelist():
            new.writestr(name, sheet if name == replaced else old.read(name))
    return page.getvalue()


def test_workbooks_read_as_text(saved: Saved) -> None:
    path = saved(
        _workbook(
            [
                ["Name", "Sum", "Day"],
                ["Ann", 2.0, dt.date(2026, 3, 1)],
                [],
                ["Bob", -1.5, None],
                ["C", True, 1, "x"],
            ]
        )
    )
    with open_sheet(path) as sheet:
        assert (sheet.header, sheet.header_line, sheet.encoding) == (("Name", "Sum", "Day"), 1, "")
        first, second, third = list(sheet.rows)
    assert first == Row(2, ["Ann", "2", "2026-03-01"])
    assert second == Row(4, ["Bob", "-1.5", ""])
    assert isinstance(third, RowProblem)
    assert (third.line, third.fault) == (5, RowFault.TOO_MANY_CELLS)


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        (b"<worksheet>" + b" " * 20_000_000 + b"</worksheet>", Refusal.TOO_COMPRESSED),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>', Refusal.ENTITIES),
        ("<worksheet/>".encode("utf-16"), Refusal.ENTITIES),
        (b'<worksheet><c r="A1"/><c r="ZZ900000"/></worksheet>', Refusal.TOO_MANY_CELLS),
        (b"<worksheet><c r = 'XFD1'/></worksheet>", Refusal.TOO_MANY_COLUMNS),
        (b"<worksheet", Refusal.DAMAGED),
    ],
)
def test_harmful_workbooks_are_refused_before_reading(saved: Saved, sheet: bytes, code: Refusal) -> None:
    assert _refusal(saved(_package(sheet))) == code


def test_a_zip_that_lies_about_its_sizes_is_refused(saved: Saved) -> None:
    honest = _package(b"<worksheet>" + b"x" * 3_000_000 + b"</worksheet>")
    claimed = (3_000_023).to_bytes(4, "little")
    assert honest.count(claimed) >= 1
    lying = honest.replace(claimed, (100).to_bytes(4, "little"))
    assert _refusal(saved(lying), Limits(xlsx_bytes=1_000_000)) == Refusal.TOO_MANY_BYTES


def test_a_zip_without_a_workbook_is_refused(saved: Saved) -> None:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w") as package:
        package.writestr("readme.txt", "hello")
    assert _refusal(saved(page.getvalue())) == Refusal.UNKNOWN_FORMAT


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(saved: Saved, data: bytes) -> None:
    try:
        rows = _rows(saved(data))
    except SpreadsheetRefused as refused:
        assert refused.code in Refusal
    else:
        for row in rows:
            if isinstance(row, Row):
                "".join(row.cells).encode("utf-8")


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).filter(
    lambda text: not text or text[0].isalnum()
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(table=st.lists(st.lists(CELL, min_size=3, max_size=3).filter(any), max_size=8))
def test_what_is_written_reads_back(saved: Saved, table: list[list[str]]) -> None:
    page = io.BytesIO()
    write_csv(page, ["first", "second", "third"], table)
    rows = _rows(saved(page.getvalue()))
    assert [row.cells for row in rows] == table


def test_online_retail_reads_whole() -> None:
    with open_sheet(reference_file("online-retail/online_retail.csv.xz")) as sheet:
        assert (sheet.encoding, sheet.delimiter, len(sheet.header)) == ("utf-8", ",", 8)
        assert sum(1 for row in sheet.rows if isinstance(row, Row)) == 541_909
