"""Large workbooks: read in a process of their own, which is stopped when it costs too much and never stays behind."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from crm_site.lib.spreadsheets import Limits, Refusal, Row, SpreadsheetRefused, open_sheet


def _children() -> set[str]:
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def _large_workbook(path: Path, rows: int, columns: int = 4) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([f"Column {at}" for at in range(columns)])
    for row in range(rows):
        sheet.append([f"cell {row} {at}" for at in range(columns)])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "limits", [Limits(xlsx_seconds=1), Limits(xlsx_memory=100 * 1024 * 1024)], ids=["time", "memory"]
)
def test_a_workbook_that_costs_too_much_is_stopped(tmp_path: Path, limits: Limits) -> None:
    path = _large_workbook(tmp_path / "large.xlsx", 120_000, 8)
    before = _children()
    with pytest.raises(SpreadsheetRefused) as refused, open_sheet(path, limits=limits) as sheet:
        list(sheet.rows)
    assert refused.value.code == Refusal.TOO_COSTLY
    assert _children() == before


def test_no_process_stays_behind_a_large_workbook(tmp_path: Path) -> None:
    path = _large_workbook(tmp_path / "small.xlsx", 2_000)
    before = _children()
    with open_sheet(path) as sheet:
        assert len(sheet.header) == 4
    with open_sheet(path) as sheet:
        assert next(sheet.rows) == Row(2, [f"cell 0 {at}" for at in range(4)])
    with open_sheet(path, header_line=3) as sheet:
        assert sheet.header == tuple(f"cell 1 {at}" for at in range(4))
    assert _children() == before
