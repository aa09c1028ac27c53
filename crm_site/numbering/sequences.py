"""Numbers from a database sequence: unique under any concurrency, gaps allowed."""

from __future__ import annotations

from django.db import connection, migrations

from crm_site.lib.days import organisation_today


def next_number(prefix: str, sequence: str) -> str:
    """Return the next number of `sequence`, as `SO-2026-000123`. A rolled-back transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        number = cursor.fetchone()[0]
    return format_number(prefix, organisation_today().year, number)


def format_number(prefix: str, year: int, number: int) -> str:
    """Return a human number, as `SO-2026-000123`."""
    return f"{prefix}-{year}-{number:06d}"


def reserve_block(sequence: str, count: int) -> int:
    """Take `count` numbers that follow one another and return the first.

    A draw that somebody else's number broke up is left as a gap and drawn again, so no lock is needed.
    """
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT min(n), max(n) FROM (SELECT nextval(%s::regclass) AS n FROM generate_series(1, %s)) drawn",
                [sequence, count],
            )
            low, high = cursor.fetchone()
        if high - low + 1 == count:
            return int(low)


def create_sequence(name: str) -> migrations.RunSQL:
    """Return the migration operation that creates a sequence."""
    return migrations.RunSQL(f'CREATE SEQUENCE "{name}"', f'DROP SEQUENCE "{name}"')
