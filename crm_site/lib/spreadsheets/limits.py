"""Bounds on what is read, so that no file can exhaust memory, disk or patience."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; sizes in bytes unpacked, lengths in characters.

    A CSV streams, so its bytes are bounded only against endless input. An XLSX is held in memory by
    its reader (about 32 bytes a cell of the rectangle it spans), so its bounds are narrow, and the
    reader is a process of its own that may use so many seconds of a processor and so much address space.
    """

    csv_bytes: int = 8 * 1024 * MIB
    xlsx_bytes: int = 400 * MIB
    xlsx_cells: int = 12_000_000
    xlsx_parts: int = 5_000
    xlsx_seconds: int = 120
    xlsx_memory: int = 1_536 * MIB
    ratio: int = 250
    ratio_from_bytes: int = 8 * MIB
    rows: int = 50_000_000
    columns: int = 1_000
    cell_length: int = 32_767
    line_length: int = 1_000_000
    broken_quotes: int = 1_000


DEFAULT_LIMITS = Limits()
