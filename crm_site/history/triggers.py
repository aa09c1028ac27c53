"""The triggers that write history: one run per statement, so that bulk and raw SQL count too.

Migrations install them with `TrackTable`; an architecture test compares what is installed with what models declare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import RunSQL

# Read by every trigger; the setting is written by `crm_site.history.origin` at the first write of a transaction.
ORIGIN_FUNCTION = """
CREATE OR REPLACE FUNCTION history_origin() RETURNS jsonb LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('history.origin', true), '')::jsonb, '{}'::jsonb) $$
"""
DROP_ORIGIN_FUNCTION = "DROP FUNCTION history_origin()"

# Custom fields stand in one column and are told one by one, as `custom.<name>`.
FLAT_FUNCTION = """
CREATE OR REPLACE FUNCTION history_flat(custom jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
$$ SELECT coalesce(jsonb_object_agg('custom.' || key, value), '{}'::jsonb) FROM jsonb_each(custom) $$
"""
DROP_FLAT_FUNCTION = "DROP FUNCTION history_flat(jsonb)"

_HEAD = """
  INSERT INTO history_change (operation_id, actor_id, via, reference, changed_at, action,
    table_name, record_id, root_table, root_id, before, after)
  SELECT (origin->>'operation')::bigint, (origin->>'actor')::bigint, coalesce(origin->>'via', ''),
    coalesce(origin->>'reference', ''), clock_timestamp(),"""

# OFFSET 0 keeps the planner from writing out both rows anew for each of their columns, which takes ten times as long.
_UPDATE = """
CREATE FUNCTION "history_{table}_u"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE origin jsonb := history_origin();
BEGIN
  IF origin ? 'silent' THEN RETURN NULL; END IF;{head}
    'U', TG_TABLE_NAME, pair.key, '{root_table}', pair.root, diff.before, diff.after
  FROM (SELECT o."{key}" AS key, n."{root}" AS root, {before} AS b, {after} AS a
      FROM old_rows o JOIN new_rows n ON n."{key}" = o."{key}"
      WHERE {plain_before} IS DISTINCT FROM {plain_after} OFFSET 0) pair
  CROSS JOIN LATERAL (SELECT jsonb_object_agg(k.key, pair.b->k.key) AS before,
      jsonb_object_agg(k.key, pair.a->k.key) AS after
    FROM jsonb_object_keys(pair.b || pair.a) k(key) WHERE pair.a->k.key IS DISTINCT FROM pair.b->k.key) diff;
  RETURN NULL;
END $$;
CREATE TRIGGER history_u AFTER UPDATE ON "{table}" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION "history_{table}_u"();
"""

_DELETE = """
CREATE FUNCTION "history_{table}_d"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE origin jsonb := history_origin();
BEGIN
  IF origin ? 'silent' THEN RETURN NULL; END IF;{head}
    'D', TG_TABLE_NAME, o."{key}", '{root_table}', o."{root}", to_jsonb(o), NULL FROM old_rows o;
  RETURN NULL;
END $$;
CREATE TRIGGER history_d AFTER DELETE ON "{table}" REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION "history_{table}_d"();
"""

# One row a statement: an import of a million records writes a few hundred arrays of keys.
_INSERT = """
CREATE FUNCTION "history_{table}_i"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE origin jsonb := history_origin();
BEGIN
  IF origin ? 'operation' THEN
    INSERT INTO history_insertion (operation_id, table_name, low, high, record_ids)
    SELECT (origin->>'operation')::bigint, TG_TABLE_NAME, min(n."{key}"), max(n."{key}"), array_agg(n."{key}")
    FROM new_rows n HAVING count(*) > 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER history_i AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION "history_{table}_i"();
"""


class TrackTable(RunSQL):
    """Migration operation: puts the history triggers on a table."""

    def __init__(
        self,
        table: str,
        *,
        key: str = "id",
        root: str = "id",
        root_table: str = "",
        updates: bool = True,
        custom: bool = False,
        untold: Sequence[str] = ("version", "updated_at"),
    ) -> None:
        values = {
            "table": table,
            "key": key,
            "root": root,
            "root_table": root_table or table,
            "before": _told("o", untold, custom),
            "after": _told("n", untold, custom),
            "plain_before": _plain("o", untold),
            "plain_after": _plain("n", untold),
            "head": _HEAD,
        }
        parts = {"i": _INSERT, "d": _DELETE} | ({"u": _UPDATE} if updates else {})
        super().__init__(
            "".join(part.format(**values) for part in parts.values()),
            "".join(
                f'DROP TRIGGER history_{letter} ON "{table}"; DROP FUNCTION "history_{table}_{letter}"();'
                for letter in parts
            ),
        )
        self.table = table

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Refuse to be written by the autodetector: migrations name it by hand."""
        raise NotImplementedError("history triggers are added to migrations by hand")

    def describe(self) -> str:
        """Say what the operation does."""
        return f"Track the history of {self.table}"


def _told(row: str, untold: Sequence[str], custom: bool) -> str:
    """Return the expression of a row's columns as they are told."""
    return f"({_plain(row, [*untold, 'custom'])} || history_flat({row}.custom))" if custom else _plain(row, untold)


def _plain(row: str, untold: Sequence[str]) -> str:
    """Return the expression of a row's columns as they are compared: the custom fields are one of them."""
    return f"(to_jsonb({row}) - '{{{','.join(untold)}}}'::text[])"
