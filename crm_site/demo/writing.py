"""What a part of the demo company works with: time, chance, people, and a fast way into the tables."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db import connection, models

from crm_site.demo.models import DemoRange
from crm_site.numbering.sequences import reserve_block

if TYPE_CHECKING:
    from crm_site.demo.sizes import Size
    from crm_site.staff.models import User

HISTORY_DAYS = 760
CHUNK = 20_000
# Of the new keys only the unbroken runs come back.
INSERT = """
WITH made AS (INSERT INTO {table} ({columns}) {select} RETURNING id)
SELECT min(id), max(id) FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS run FROM made) keys
GROUP BY run ORDER BY 1
"""


class DemoWriter:
    """Writes one demo company, as it stands at the beginning of `day`, inside the caller's transaction."""

    def __init__(self, size: Size, seed: int, day: dt.date, say: Callable[[str], object]) -> None:
        self.size = size
        self.seed = seed
        self.day = day
        self.say = say
        self.people: dict[str, list[User]] = {}
        # Tables whose files belong to this transaction: their rows are written as if they had been there for long, so
        # that nobody who reads them later has to note in each page that the transaction has ended.
        self.renewed: set[str] = set()

    @cached_property
    def end(self) -> dt.datetime:
        """The moment the history ends: midnight before `day` in the organisation's zone."""
        zone = ZoneInfo(settings.ORGANISATION_TIME_ZONE)
        return dt.datetime.combine(self.day, dt.time(), zone).astimezone(dt.UTC)

    @cached_property
    def start(self) -> dt.datetime:
        """The moment the history begins."""
        return self.end - dt.timedelta(days=HISTORY_DAYS)

    def moment(self, seconds: float) -> dt.datetime:
        """Return the moment so many seconds after the start."""
        return self.start + dt.timedelta(seconds=int(seconds))

    def chance(self, *purpose: str | int) -> np.random.Generator:
        """Return a stream of random numbers of its own for each purpose, so that parts don't disturb one another."""
        words = [zlib.crc32(str(word).encode()) for word in purpose]
        return np.random.default_rng([self.seed % 2**63, *words])

    def holding(self, *roles: str) -> list[User]:
        """Return the demo people of these roles."""
        return [user for role in roles for user in self.people[role]]

    def keys(self, model: type[models.Model], count: int) -> range:
        """Reserve a block of new keys."""
        low = reserve_block(f"{model._meta.db_table}_id_seq", count) if count else 0
        return range(low, low + count)

    def copy(
        self,
        model: type[models.Model],
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        keys: range | None = None,
    ) -> range:
        """COPY rows into the model's table under reserved or new keys, and return the keys.

        `columns` are column names without `id`; texts stand for any type, as PostgreSQL reads them.
        """
        table = model._meta.db_table
        keys = self.keys(model, len(rows)) if keys is None else keys
        names = ", ".join(f'"{name}"' for name in ("id", *columns))
        how = " (FREEZE)" if table in self.renewed else ""
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN{how}') as copy:
            for key, row in zip(keys, rows, strict=True):
                copy.write_row((key, *row))
        self.mark(model, keys)
        return keys

    def insert(self, model: type[models.Model], columns: str, select: str, *params: Any, **named: Any) -> None:
        """Insert what a query yields, with parameters by place or by name, and remember the rows as the demo's."""
        statement = INSERT.format(table=model._meta.db_table, columns=columns, select=select)
        with connection.cursor() as cursor:
            cursor.execute(statement, named or params)
            made = cursor.fetchall()
        for low, high in made:
            self.mark(model, range(low, high + 1))

    def mark(self, model: type[models.Model], keys: Iterable[int]) -> None:
        """Remember records as demo records, so that clearing finds them.

        A block that follows the table's last one joins it: tables stay in the order of their first records.
        """
        label = model._meta.label_lower
        last = DemoRange.objects.filter(table=label).order_by("id").last()
        for low, high in runs(keys):
            if last is not None and last.high + 1 == low:
                last.high = high
                last.save(update_fields=["high"])
            else:
                last = DemoRange.objects.create(table=label, low=low, high=high)

    def execute(self, statement: str, *params: Any) -> int:
        """Run one statement and return how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return int(max(cursor.rowcount, 0))

    def rows(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


def runs(keys: Iterable[int]) -> list[tuple[int, int]]:
    """Return the unbroken runs of ascending keys as (first, last)."""
    if isinstance(keys, range):
        return [(keys[0], keys[-1])] if keys else []
    found: list[tuple[int, int]] = []
    for key in keys:
        if found and found[-1][1] + 1 == key:
            found[-1] = (found[-1][0], key)
        else:
            found.append((key, key))
    return found
