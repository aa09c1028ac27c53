"""Loading without indexes: into empty tables rows go several times as fast when indexes are built afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models

# What building an index may use; the tables are locked meanwhile, and nobody works in an empty base.
BUILD_MEMORY = "1GB"

_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = to_regclass(%s) AND NOT indisunique
ORDER BY 1
"""
_PRIMARY_KEY = "SELECT conname::text FROM pg_constraint WHERE conrelid = to_regclass(%s) AND contype = 'p'"
_FOREIGN_KEYS = """
SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'f' ORDER BY 1
"""


@dataclass(frozen=True)
class _Taken:
    """One index or foreign key that was taken away, and the statement that brings it back."""

    table: str
    name: str
    back: str


class SetAside:
    """The indexes, foreign keys and triggers of empty tables, set aside for the length of a load in one transaction.

    The triggers that write history and ledgers have nothing to do in a silent load, but the rows would be kept for
    them. An empty table also gets a new file: what goes into a file of this transaction need not stand in the log.
    `renewed` names those tables.
    """

    def __init__(self) -> None:
        self._taken: list[_Taken] = []
        self.renewed: set[str] = set()

    def take(self, tables: Iterable[type[models.Model]]) -> None:
        """Take these off the tables that are empty, and renew the tables; unique indexes stay and keep watch."""
        for model in tables:
            if not model._base_manager.exists():
                self._take(model._meta.db_table)
                self._renew(model._meta.db_table)

    def put_back(self, of: Iterable[type[models.Model]] | None = None) -> None:
        """Build the indexes and check the foreign keys, of these models or of all; an error undoes the whole load.

        Statistics are gathered of these models, which are read next; those of all tables come after the load.
        """
        wanted = None if of is None else {model._meta.db_table for model in of}
        back = [one for one in self._taken if wanted is None or one.table in wanted]
        self._taken = [one for one in self._taken if one not in back]
        if not back:
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL maintenance_work_mem = '{BUILD_MEMORY}'")
            for one in back:
                cursor.execute(one.back)
            for table in {one.table for one in back} if wanted is not None else ():
                cursor.execute(f'ANALYZE "{table}"')

    def _renew(self, table: str) -> None:
        """Give a table new files. Emptying would do so too, but not where others refer to the table."""
        with connection.cursor() as cursor:
            cursor.execute(_PRIMARY_KEY, [table])
            (key,) = cursor.fetchone()
            cursor.execute(f'CLUSTER "{table}" USING "{key}"')
            cursor.execute(f'ALTER TABLE "{table}" SET WITHOUT CLUSTER')
        self.renewed.add(table)

    def _take(self, table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_INDEXES, [table])
            indexes = cursor.fetchall()
            cursor.execute(_FOREIGN_KEYS, [table])
            keys = cursor.fetchall()
            for name, definition in indexes:
                cursor.execute(f"DROP INDEX {name}")
                self._taken.append(_Taken(table, name, definition))
            for name, definition in keys:
                cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
                back = f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}'
                self._taken.append(_Taken(table, name, back))
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            self._taken.append(_Taken(table, "triggers", f'ALTER TABLE "{table}" ENABLE TRIGGER USER'))
