"""Finding the keys that stand in several rows of a file, before it is read in earnest.

Rows whose key stands once can be loaded in the order of the file while the rest of it is still being read.
"""

from __future__ import annotations

from collections.abc import Callable

from crm_site.imports.cells import CellError
from crm_site.imports.kinds import ImportKind
from crm_site.imports.models import Import
from crm_site.imports.opening import open_file
from crm_site.imports.rows import RowReader
from crm_site.lib.spreadsheets import RowProblem

BITS = 27
_MASK = (1 << BITS) - 1

IsGrouped = Callable[[str], bool]


def grouping(job: Import, reader: RowReader) -> IsGrouped:
    """Return what tells of a group whether its rows must be loaded together, after all others.

    Where a kind makes groups of its own, or the file can only be read at the cost of a process, all rows are grouped.
    """
    kind = reader.kind
    if kind.groups_rows or type(kind).group_of is not ImportKind.group_of or not job.delimiter:
        return lambda group: True
    columns = reader.columns_of(reader.key)
    if not columns:
        return lambda group: False
    return _Repeats(job, reader).knows


class _Repeats:
    """Two bitmaps over the hashes of keys: seen, and seen again. Two keys that share a bit are grouped in vain."""

    def __init__(self, job: Import, reader: RowReader) -> None:
        self._seen = bytearray(1 << (BITS - 3))
        self._again = bytearray(1 << (BITS - 3))
        columns = reader.columns_of(reader.key)
        several = reader.kind.field(reader.key).several
        with open_file(job) as sheet:
            for row in sheet.rows:
                if isinstance(row, RowProblem):
                    continue
                for column in columns:
                    cell = row.cells[column.position]
                    parts = several.split(cell) if several else (cell,)
                    value = next((one for one in map(column.value, parts) if one and type(one) is not CellError), None)
                    if value:
                        self._add(value)
                        break

    def knows(self, group: str) -> bool:
        """Tell whether the group may stand in several rows; never wrong when it does."""
        at = hash(group) & _MASK
        return bool(self._again[at >> 3] & (1 << (at & 7)))

    def _add(self, group: str) -> None:
        at = hash(group) & _MASK
        byte, bit = at >> 3, 1 << (at & 7)
        if self._seen[byte] & bit:
            self._again[byte] |= bit
        else:
            self._seen[byte] |= bit
