"""Reader of XLSX workbooks: cell values as text, row by row, from a process of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from crm_site.lib.spreadsheets.limits import Limits
from crm_site.lib.spreadsheets.refusals import Refusal, Row, RowFault, RowProblem, SpreadsheetRefused
from crm_site.lib.spreadsheets.sniffing import Layout, guess_layout

_SNIFFED_ROWS = 60
_PROJECT = Path(__file__).resolve().parents[3]
_WORKER = "crm_site.lib.spreadsheets.xlsx_worker"


class _Worker:
    """The process that reads one workbook; iterate over what it says, and close it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the path is one argument
            [sys.executable, "-m", _WORKER, str(path.resolve()), json.dumps(asdict(limits))],
            cwd=_PROJECT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PROJECT), "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def __iter__(self) -> Iterator[Any]:
        """Yield what the process says up to its end; raise SpreadsheetRefused when it refuses or is stopped."""
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        try:
            for line in self._process.stdout:
                told = json.loads(line)
                if told is True:
                    return
                if isinstance(told, dict):
                    raise SpreadsheetRefused(Refusal(told["code"]), told["limit"])
                yield told
            # It ended in the middle of its work: the kernel stopped it at one of its limits.
            raise SpreadsheetRefused(Refusal.TOO_COSTLY)
        except ValueError as error:
            raise SpreadsheetRefused(Refusal.TOO_COSTLY) from error
        finally:
            self.close()

    def close(self) -> None:
        """End the process, however far it is."""
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()


def read_xlsx(
    path: Path, limits: Limits, header_line: int | None = None
) -> tuple[Layout, Generator[Row | RowProblem, None, None]]:
    """Return layout and rows of the first visible sheet.

    Raises SpreadsheetRefused for a file that is damaged, empty or beyond the limits.
    """
    worker = _Worker(path, limits)
    told = iter(worker)
    try:
        above = int(next(told))
        head: list[list[str]] = []
        for cells in told:
            head.append(cells)
            if len(head) >= _SNIFFED_ROWS:
                break
        layout = _layout(head, header_line and max(header_line - above, 1))
        if layout is None:
            raise SpreadsheetRefused(Refusal.EMPTY)
    except (StopIteration, SpreadsheetRefused) as error:
        worker.close()
        if isinstance(error, SpreadsheetRefused):
            raise
        raise SpreadsheetRefused(Refusal.EMPTY) from error
    line = layout.header_line
    placed = Layout(layout.delimiter, layout.header, line + above)
    rows = _all_rows(worker, head, told, (line, above, len(layout.header)), limits)
    next(rows)  # begun, so that closing it ends the process even when no row is asked for
    return placed, cast("Generator[Row | RowProblem, None, None]", rows)


def _all_rows(
    worker: _Worker, head: list[list[str]], rest: Iterator[list[str]], place: tuple[int, int, int], limits: Limits
) -> Generator[Row | RowProblem | None, None, None]:
    try:
        yield None
        yield from _rows(_chained(head, rest), *place, limits)
    finally:
        worker.close()


def _chained(head: list[list[str]], rest: Iterator[list[str]]) -> Iterator[list[str]]:
    yield from head
    yield from rest


def _layout(head: list[list[str]], header_line: int | None) -> Layout | None:
    """Find the header as in a CSV, with line feeds in cells flattened so that a row is a line."""
    page = io.StringIO(newline="")
    writer = csv.writer(page, lineterminator="\n")
    for cells in head:
        writer.writerow([" ".join(cell.split()) for cell in cells])
    return guess_layout(page.getvalue(), ",", header_line)


def _rows(
    values: Iterator[list[str]], header_at: int, above: int, width: int, limits: Limits
) -> Generator[Row | RowProblem, None, None]:
    longest = limits.cell_length
    for line, row in enumerate(values, 1):
        if line <= header_at or not any(row):
            continue
        extra, cells = row[width:], row[:width]
        if any(extra):
            yield RowProblem(line + above, RowFault.TOO_MANY_CELLS, tuple(cell[:200] for cell in cells))
        elif max(map(len, cells)) > longest:
            yield RowProblem(line + above, RowFault.CELL_TOO_LONG, tuple(cell[:200] for cell in cells))
        elif any("\0" in cell for cell in cells):
            yield RowProblem(line + above, RowFault.NUL, tuple(cell[:200].replace("\0", "") for cell in cells))
        else:
            yield Row(line + above, cells)
