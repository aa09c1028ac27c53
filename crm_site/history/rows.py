"""Reading and writing rows of tracked tables as the history keeps them: column by column, as JSON texts.

Texts, because Python would read a numeric as a float and lose digits.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from crm_site.history.tracking import CUSTOM, TrackedTable

Values = dict[str, str]  # column → JSON text


def fetch(statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """Run a query and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def lock_rows(table: TrackedTable, ids: Iterable[int]) -> dict[int, Values]:
    """Lock the rows in the order of their keys and return them as they stand; missing ones are left out."""
    fetch(
        f'SELECT 1 FROM "{table.name}" WHERE "{table.key}" = ANY(%s) ORDER BY "{table.key}" FOR NO KEY UPDATE',
        list(ids),
    )
    return read_rows(table, ids)


def read_rows(table: TrackedTable, ids: Iterable[int]) -> dict[int, Values]:
    """Return the rows as they stand; missing ones are left out."""
    found: dict[int, Values] = defaultdict(dict)
    told = "(to_jsonb(t) - 'custom') || history_flat(t.custom)" if table.is_customised else "to_jsonb(t)"
    statement = (
        f'SELECT t."{table.key}", e.key, e.value::text FROM "{table.name}" t, jsonb_each({told}) e '
        f'WHERE t."{table.key}" = ANY(%s)'
    )
    for key, column, text in fetch(statement, list(ids)):
        found[key][column] = text
    return dict(found)


def update_rows(table: TrackedTable, changes: Mapping[int, Values]) -> None:
    """Write the columns of each row, and move versions on: who has read a row before must read it again."""
    names = [name for name in table.columns if name not in (table.key, "version", "updated_at", "custom")]
    bump = ', version = t.version + 1, "updated_at" = now()' if table.is_versioned else ""
    if table.is_customised:
        bump += ", custom = jsonb_strip_nulls(t.custom || coalesce(given.values->'custom', '{}'::jsonb))"
    columns, values = _quoted(names), _quoted(names, "r.")
    _write(
        f'UPDATE "{table.name}" t SET ({columns}) = (SELECT {values} '
        f"FROM jsonb_populate_record(t, given.values) r){bump} "
        'FROM jsonb_to_recordset(%s::jsonb) AS given(key bigint, "values" jsonb) '
        f'WHERE t."{table.key}" = given.key',
        {key: _folded(values) for key, values in changes.items()},
    )


def insert_rows(table: TrackedTable, rows: Mapping[int, Values]) -> None:
    """Insert whole rows under the keys they had."""
    columns, values = _quoted(table.columns), _quoted(table.columns, "r.")
    _write(
        f'INSERT INTO "{table.name}" ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} '
        'FROM jsonb_to_recordset(%s::jsonb) AS given(key bigint, "values" jsonb), '
        f'jsonb_populate_record(NULL::"{table.name}", given.values) r ORDER BY given.key',
        rows,
    )


def _write(statement: str, rows: Mapping[int, Values]) -> None:
    if not rows:
        return
    parts = [f'{{"key":{key},"values":{_object(values)}}}' for key, values in rows.items()]
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"[{','.join(parts)}]"])


def _object(values: Values) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in values.items()) + "}"


def _folded(values: Values) -> Values:
    """Return the values with custom fields in one object again."""
    own = {name.removeprefix(CUSTOM): text for name, text in values.items() if name.startswith(CUSTOM)}
    rest = {name: text for name, text in values.items() if not name.startswith(CUSTOM)}
    return {**rest, "custom": _object(own)} if own else rest


def _quoted(names: Sequence[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


def changed_columns(operation: int, table: TrackedTable, ids: Sequence[int]) -> dict[int, dict[str, tuple[str, str]]]:
    """Return what an operation changed in the rows: column → (before its first, after its last change)."""
    found: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    statement = (
        "SELECT c.record_id, e.key, e.value::text, (c.after->e.key)::text "
        "FROM history_change c, jsonb_each(c.before) e "
        "WHERE c.operation_id = %s AND c.table_name = %s AND c.action = 'U' AND c.record_id = ANY(%s) ORDER BY c.id"
    )
    for key, column, before, after in fetch(statement, operation, table.name, list(ids)):
        first = found[key].get(column, (before, after))[0]
        found[key][column] = (first, after)
    return dict(found)


def deleted_rows(operation: int, table: TrackedTable, ids: Sequence[int]) -> dict[int, Values]:
    """Return the rows that an operation deleted, whole."""
    found: dict[int, Values] = defaultdict(dict)
    statement = (
        "SELECT c.record_id, e.key, e.value::text FROM history_change c, jsonb_each(c.before) e "
        "WHERE c.operation_id = %s AND c.table_name = %s AND c.action = 'D' AND c.record_id = ANY(%s) ORDER BY c.id"
    )
    for key, column, text in fetch(statement, operation, table.name, list(ids)):
        found[key][column] = text
    return dict(found)


def touched_ids(operation: int, table: TrackedTable, action: str, *, after: int, limit: int) -> list[int]:
    """Return the next keys behind `after` that an operation updated ("U") or deleted ("D")."""
    found = fetch(
        "SELECT DISTINCT record_id FROM history_change WHERE operation_id = %s AND table_name = %s AND action = %s "
        "AND record_id > %s ORDER BY record_id LIMIT %s",
        operation, table.name, action, after, limit,
    )  # fmt: skip
    return [key for (key,) in found]


def inserted_ids(operation: int, table: TrackedTable, ids: Iterable[int]) -> set[int]:
    """Return which of the keys the operation inserted."""
    asked = set(ids)
    if not asked:
        return set()
    found = fetch(
        "SELECT key FROM history_insertion i, unnest(i.record_ids) key WHERE i.operation_id = %s "
        "AND i.table_name = %s AND i.low <= %s AND i.high >= %s AND key = ANY(%s)",
        operation, table.name, max(asked), min(asked), list(asked),
    )  # fmt: skip
    return {key for (key,) in found}


def numbers(texts: Iterable[str]) -> list[int]:
    """Return the keys among the JSON texts."""
    return [key for text in texts if (key := number(text)) is not None]


def number(text: str | None) -> int | None:
    """Return a JSON text as a key; None for nothing."""
    return None if text is None or text == "null" else int(text)


def checked(write: Callable[[], None]) -> None:
    """Write, and let deferred constraints speak now, where one row's failure can be told from another's."""
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
