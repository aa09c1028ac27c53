"""Every index pays for itself: one that another begins with costs each write and serves no reading."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection

# Pairs of plain indexes of a table of which the second begins with the columns of the first.
TWICE = """
SELECT DISTINCT t.relname, c.attname FROM pg_index one
JOIN pg_index other ON other.indrelid = one.indrelid AND other.indexrelid <> one.indexrelid
JOIN pg_class i ON i.oid = one.indexrelid JOIN pg_class o ON o.oid = other.indexrelid AND o.relam = i.relam
JOIN pg_am a ON a.oid = i.relam AND a.amname = 'btree'
JOIN pg_class t ON t.oid = one.indrelid JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = one.indkey[0]
WHERE NOT one.indisunique AND one.indpred IS NULL AND other.indpred IS NULL AND one.indexprs IS NULL
    AND other.indexprs IS NULL AND (other.indkey::text || ' ') LIKE (one.indkey::text || ' %%')
    AND (other.indclass::text || ' ') LIKE (one.indclass::text || ' %%')
"""
# Columns that tables have in common by their base, where only some have an index of their own that begins with them.
OF_A_BASE = {
    ("analytics_rfmslice", "owner_id"),
    ("analytics_valuedoubt", "owner_id"),
    ("analytics_valueslice", "owner_id"),
    ("customers_task", "customer_id"),
}


def test_no_index_begins_another(db: None) -> None:
    ours = {
        model._meta.db_table for model in apps.get_models() if not model.__module__.startswith(("django.", "allauth."))
    }
    with connection.cursor() as cursor:
        cursor.execute(TWICE, [])
        found: set[Any] = {row for row in cursor.fetchall() if row[0] in ours}
    assert found == OF_A_BASE


def test_what_models_declare_is_there(db: None) -> None:
    """Taking one index off a column, Django also drops a unique one with a condition that it does not know of."""
    declared = {
        (model._meta.db_table, one.name)
        for model in apps.get_models()
        for one in (*model._meta.indexes, *model._meta.constraints)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = 'public' "
            "UNION SELECT conrelid::regclass::text, conname FROM pg_constraint"
        )
        assert declared - set(cursor.fetchall()) == set()
