"""The process that opens a stranger's workbook: it may take so much time and memory and no more, and writes no file.

Prints one JSON value a line: how many empty rows stand above, then the rows as texts, then true; or, whenever the
workbook is refused, the reason as an object. Started by `xlsx_process`.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO

from crm_site.lib.spreadsheets.limits import MIB, Limits
from crm_site.lib.spreadsheets.refusals import Refusal, SpreadsheetRefused
from crm_site.lib.spreadsheets.xlsx_guarding import guard_xlsx

_EXACT_INTEGERS = 2**53
_OPEN_FILES = 64


def _text(value: object) -> str:
    """Return a cell as text: whole numbers without .0, dates in ISO form, booleans as true and false."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value] # kind is str
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _EXACT_INTEGERS
        return str(int(value)) if whole else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def confine(limits: Limits) -> None:
    """Bind this process to the limits; what goes beyond ends it."""
    memory = limits.xlsx_memory
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.xlsx_seconds, limits.xlsx_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def read_rows(path: Path, limits: Limits) -> Iterator[int | list[str]]:
    """Yield the number of empty rows above, then the rows of the first visible sheet; raise SpreadsheetRefused."""
    guard_xlsx(path, limits)
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        if not names:
            raise SpreadsheetRefused(Refusal.EMPTY)
        sheet = workbook.get_sheet_by_name(names[0])
    except (CalamineError, OSError, ValueError) as error:
        raise SpreadsheetRefused(Refusal.DAMAGED) from error
    yield sheet.start[0] if sheet.start else 0
    for cells in sheet.iter_rows():
        yield [_text(value) for value in cells]


def main(words: list[str], out: TextIO) -> None:
    """Read the workbook at `words[0]` within the limits that `words[1]` holds as JSON."""
    limits = Limits(**json.loads(words[1]))
    confine(limits)
    try:
        for told in read_rows(Path(words[0]), limits):
            out.write(json.dumps(told))
            out.write("\n")
        out.write("true\n")
    except SpreadsheetRefused as refused:
        out.write(json.dumps({"code": refused.code.value, "limit": refused.limit}) + "\n")
    except MemoryError:
        out.write(json.dumps({"code": Refusal.TOO_COSTLY.value, "limit": limits.xlsx_memory // MIB}) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdout)
