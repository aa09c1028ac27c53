"""Every model that says it has a history has the triggers, and every record has a history."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from crm_site.history.tracking import tracked_tables


def test_declared_tables_have_their_triggers(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(t.tgname::text ORDER BY t.tgname) FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'history\\_%' GROUP BY 1"
        )
        installed = dict(cursor.fetchall())
    declared = {
        table.name: ["history_d", "history_i", *(["history_u"] if table.tracking.updates else [])]
        for table in tracked_tables().values()
    }
    assert installed == declared


def test_triggers_know_the_record_of_a_row(db: None) -> None:
    with connection.cursor() as cursor:
        for table in tracked_tables().values():
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [f"history_{table.name}_d"])
            (source,) = cursor.fetchone()
            assert f"'{table.root_model._meta.db_table}', o.\"{table.root_column}\"" in source, table.name


def test_every_table_of_the_domain_has_a_history() -> None:
    missing = [
        model._meta.label
        for config in apps.get_app_configs()
        if config.label in ("customers", "sales", "service", "marketing")
        for model in config.get_models()
        if model._meta.db_table not in tracked_tables() and not getattr(model, "derived", False)
    ]
    assert missing == []
