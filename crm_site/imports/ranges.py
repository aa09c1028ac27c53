"""Which staged rows are loaded together: a stretch of the file, or all rows of some keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm_site.imports.models import Import, RowState

NEXT_LINES = """
SELECT max(line), count(*) FROM (
    SELECT line FROM imports_stagedrow
    WHERE import_id = %s AND line > %s AND NOT is_grouped AND state = %s ORDER BY line LIMIT %s
) AS nearest
"""
NEXT_GROUPS = """
SELECT max(found), sum(rows) FROM (
    SELECT "group" AS found, count(*) AS rows FROM imports_stagedrow
    WHERE import_id = %s AND "group" > %s AND is_grouped AND state = %s GROUP BY 1 ORDER BY 1 LIMIT %s
) AS nearest
"""


@dataclass(frozen=True)
class RowRange:
    """Rows behind `low` up to `high`: by line where keys stand once, by key where they may be repeated."""

    job_id: int
    low: int | str
    high: int | str
    size: int

    @property
    def by_key(self) -> bool:
        """Tell whether the bounds are keys."""
        return isinstance(self.high, str)

    def condition(self, alias: str = "") -> str:
        """Return the SQL condition; `params` fill it."""
        column = f'{alias}"group"' if self.by_key else f"{alias}line"
        grouped = "" if self.by_key else "NOT "
        return f"{alias}import_id = %s AND {column} > %s AND {column} <= %s AND {grouped}{alias}is_grouped"

    @property
    def params(self) -> tuple[Any, ...]:
        """Return what fills the condition."""
        return (self.job_id, self.low, self.high)


def next_lines(job: Import, low: int, limit: int) -> RowRange | None:
    """Return the next `limit` waiting rows behind a line, of those whose keys stand once; None when there are none."""
    found = _ask(NEXT_LINES, job, low, limit)
    return None if found is None else RowRange(job.pk, low, int(found[0]), int(found[1]))


def next_groups(job: Import, low: str, limit: int) -> RowRange | None:
    """Return the waiting rows of the next `limit` keys behind a key; None when there are none."""
    found = _ask(NEXT_GROUPS, job, low, limit)
    return None if found is None else RowRange(job.pk, low, str(found[0]), int(found[1]))


def _ask(statement: str, job: Import, low: int | str, limit: int) -> tuple[Any, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [job.pk, low, int(RowState.VALID), limit])
        high, size = cursor.fetchone()
    return None if high is None else (high, size)
