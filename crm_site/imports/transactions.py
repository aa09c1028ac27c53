"""How the transactions of an import commit."""

from __future__ import annotations

from django.db import connection


def quick_commits() -> None:
    """Let the transaction's commit not wait for the disk.

    After a crash of the server the last chunks may be missing, together with the cursor that counts them: the next
    attempt loads them again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
