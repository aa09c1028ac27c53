"""Numbers from a database sequence: unique under any concurrency, gaps allowed."""

from __future__ import annotations

from django.db import connection, migrations
from django.utils import timezone


def next_number(prefix: str, sequence: str) -> str:
    """Return the next number of `sequence`, as `SO-2026-000123`. A rolled-back transaction leaves a gap."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        number = cursor.fetchone()[0]
    return f"{prefix}-{timezone.localdate().year}-{number:06d}"


def create_sequence(name: str) -> migrations.RunSQL:
    """Return the migration operation that creates a sequence."""
    return migrations.RunSQL(f'CREATE SEQUENCE "{name}"', f'DROP SEQUENCE "{name}"')
