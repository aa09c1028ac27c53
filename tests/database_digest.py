"""A digest of everything people can write, to prove that a refused request changed nothing."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from crm_site.history.tracking import tracked_tables

# What is written by merely asking: sessions, and the day on which a token was last used.
IGNORED = {"api_apitoken"}


def our_tables() -> list[str]:
    """Return the tables of our own apps, those between many-to-many ends included."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.partition(".")[0] in ("crm_site", "customers", "sales", "service", "analytics")
        and model._meta.db_table not in IGNORED
    )


def records_digest() -> dict[str, str]:
    """Return one hash a tracked table over all its rows, but for the marks that every save leaves."""
    digests = {}
    with connection.cursor() as cursor:
        for name in tracked_tables():
            cursor.execute(
                "SELECT md5(string_agg(rows.text, '\n' ORDER BY rows.text)) "
                f"FROM (SELECT (to_jsonb(t) - 'version' - 'updated_at')::text AS text FROM {name} t) rows"
            )
            digests[name] = cursor.fetchone()[0] or ""
    return digests


def database_digest() -> dict[str, str]:
    """Return one hash a table over all its rows."""
    digests = {}
    with connection.cursor() as cursor:
        for table in our_tables():
            cursor.execute(f"SELECT md5(string_agg(t::text, '\n' ORDER BY t::text)) FROM {table} t")
            digests[table] = cursor.fetchone()[0] or ""
    return digests
