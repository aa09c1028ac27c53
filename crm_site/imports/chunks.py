"""One chunk of an import: its rows as a typed temporary table, and what became of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from crm_site.imports.kinds import KINDS, ImportKind
from crm_site.imports.messages import problem
from crm_site.imports.models import DuplicatePolicy, Import, ImportMode, RowState

if TYPE_CHECKING:
    from django.db.models import Model

    from crm_site.imports.ranges import RowRange
    from crm_site.imports.staging import Progress
    from crm_site.staff.models import User


# Marks problems that were found while loading, as against those of single cells.
LOADING = {"loading": True}


class Chunk:
    """Rows that are loaded together, as the table `chunk`: `line`, one typed column per field, `record_id`.

    Lives inside one transaction; the table goes with it.
    """

    def __init__(self, job: Import, kind: ImportKind, context: Progress, rows: RowRange) -> None:
        self.job = job
        self.kind = kind
        self.context = context
        self.range = rows
        self.key = job.key or kind.keys[0]

    @property
    def user(self) -> User | None:
        """Who imports; None means the command line, which may do everything."""
        return self.context.user

    @property
    def may_create(self) -> bool:
        """Tell whether unknown keys make records."""
        return self.job.mode != ImportMode.UPDATE

    @property
    def may_update(self) -> bool:
        """Tell whether known keys change records."""
        return self.job.mode != ImportMode.CREATE

    def is_mapped(self, name: str) -> bool:
        """Tell whether a column of the file fills that field."""
        return name in self.job.mapping

    def option(self, name: str) -> Any:
        """Return an option of the import."""
        return self.job.options.get(name)

    def execute(self, statement: str, *params: Any) -> int:
        """Run one statement and return how many rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return max(int(cursor.rowcount), 0)

    def rows(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())

    @property
    def source(self) -> str:
        """The system that the file moves in from, or an empty text."""
        return self.job.move_in.source if self.job.move_in else ""

    def open(self) -> None:
        """Make the table `chunk` from the staged rows, after settling repeated keys."""
        kind = self.kind
        columns = ", ".join(f'(cells[{place}])::{sql} AS "{name}"' for place, (name, sql) in enumerate(kind.columns, 1))
        empty = "".join(f", NULL::{sql} AS {name}" for name, sql in (*kind.working, ("old_id", "text")))
        if self.range.by_key and not kind.groups_rows:
            self._settle_repeats()
        self.execute("DROP TABLE IF EXISTS chunk")
        self.execute(
            f'CREATE TEMPORARY TABLE chunk ON COMMIT DROP AS SELECT line, "group", {columns}{empty}, '
            f"NULL::bigint AS record_id, false AS is_new, false AS changed FROM imports_stagedrow WHERE {self._staged}",
            *self.range.params,
        )
        self.execute("ANALYZE chunk (line)")
        if self.source and kind.old_id and self.is_mapped(kind.old_id):
            self._match_old_ids()

    def _match_old_ids(self) -> None:
        """Find the records that came in from the old system before, by their ids there."""
        own, table = self.kind.old_id, self.kind.model._meta.db_table
        kept = "" if self.kind.keeps_old_id else f', "{own}" = NULL'
        self.execute(f'UPDATE chunk SET old_id = "{own}"{kept}')
        self.execute(
            "UPDATE chunk SET record_id = e.record_id FROM imports_externalid e WHERE e.source = %s AND e.kind = %s "
            f"AND e.old_id = chunk.old_id AND EXISTS (SELECT 1 FROM {table} t WHERE t.id = e.record_id)",
            self.source,
            self.kind.code,
        )

    def resolve_old_ids(self, field: str, column: str) -> None:
        """Fill `column` with the records whose ids in the old system stand in `field`; does nothing outside a move-in.

        Where an id belongs to records of two kinds, the kind that the field names first is meant.
        """
        if not self.source or not self.is_mapped(field):
            return
        for kind in self.kind.field(field).refers_to:
            table = KINDS[kind].model._meta.db_table
            self.execute(
                f'UPDATE chunk SET "{column}" = e.record_id FROM imports_externalid e WHERE chunk."{column}" IS NULL '
                f'AND e.source = %s AND e.kind = %s AND e.old_id = chunk."{field}" '
                f"AND EXISTS (SELECT 1 FROM {table} t WHERE t.id = e.record_id)",
                self.source,
                kind,
            )

    def assign_person(self, field: str, column: str) -> None:
        """Fill `column` with the active users whose mail address, or else whose name alone, stands in `field`."""
        self.execute(
            f'UPDATE chunk SET "{column}" = u.id FROM staff_user u '
            f'WHERE lower(u.email) = chunk."{field}" AND u.is_active'
        )
        self.execute(
            f'UPDATE chunk SET "{column}" = u.id FROM (SELECT lower(name) AS name, min(id) AS id FROM staff_user '
            f'WHERE is_active GROUP BY 1 HAVING count(*) = 1) u WHERE u.name = chunk."{field}" AND "{column}" IS NULL'
        )

    def fail(self, condition: str, code: str, field: str = "", *params: Any) -> int:
        """Refuse the rows of the chunk that meet the SQL `condition`; they leave the table."""
        return self._settle(RowState.FAILED, condition, problem(code, self._header(field)) | LOADING, params, field)

    def skip(self, condition: str, code: str, *params: Any) -> int:
        """Leave the rows that meet the SQL `condition` as they are; they leave the table."""
        return self._settle(RowState.SKIPPED, condition, problem(code), params)

    def refuse_foreign(self, model: type[Model], column: str = "record_id", field: str = "") -> None:
        """Refuse rows whose record is not among those that the importer may change."""
        if self.user is None:
            return
        if not self.rows(f"SELECT 1 FROM chunk WHERE {column} IS NOT NULL LIMIT 1"):
            return
        manager: Any = model._default_manager
        editable = manager.editable_by(self.user).order_by().values("pk")
        statement, params = editable.query.sql_with_params()
        condition = f"{column} IS NOT NULL AND {column} NOT IN ({statement})"
        self.fail(condition, "foreign", field or self.key, *params)

    def apply_mode(self) -> None:
        """Leave out what the mode of the import does not allow."""
        skipped = 0
        if not self.may_create:
            skipped += self.skip("record_id IS NULL", "missing")
        if not self.may_update:
            skipped += self.skip("record_id IS NOT NULL", "exists")
        self.context.count(skipped=skipped)

    def write_custom(self) -> None:
        """Write the custom fields that the file brings; known records that they change count as changed."""
        from crm_site.imports.custom import write_custom  # it needs this module's kinds

        write_custom(self)

    def report(self) -> None:
        """Write to the staged rows what became of them: `is_new`, and `changed` where the table has it."""
        self.execute(
            "UPDATE imports_stagedrow s SET record_id = c.record_id, state = CASE WHEN c.is_new THEN %s "
            f"WHEN c.changed THEN %s ELSE %s END FROM chunk c WHERE s.line = c.line AND {self.range.condition('s.')}",
            int(RowState.CREATED), int(RowState.UPDATED), int(RowState.SKIPPED), *self.range.params,
        )  # fmt: skip
        if self.source and self.kind.old_id:
            self.execute(
                "INSERT INTO imports_externalid (source, kind, old_id, record_id) SELECT DISTINCT ON (old_id) %s, %s, "
                "left(old_id, 100), record_id FROM chunk WHERE old_id IS NOT NULL AND record_id IS NOT NULL ORDER BY "
                "old_id, line DESC ON CONFLICT (source, kind, old_id) DO UPDATE SET record_id = excluded.record_id "
                "WHERE imports_externalid.record_id <> excluded.record_id",
                self.source,
                self.kind.code,
            )

    @property
    def _staged(self) -> str:
        return f"{self.range.condition()} AND state = {int(RowState.VALID)}"

    def _header(self, field: str) -> str:
        positions = self.job.mapping.get(field)
        return str(self.job.header[positions[0]]) if positions else field

    def _settle(
        self, state: RowState, condition: str, why: dict[str, Any], params: tuple[Any, ...], field: str = ""
    ) -> int:
        value = f'left("{field}"::text, 100)' if field else "NULL"
        settled = self.execute(
            f"WITH gone AS (DELETE FROM chunk WHERE {condition} RETURNING line, {value} AS value) "
            "UPDATE imports_stagedrow s SET state = %s, problems = jsonb_build_array(%s::jsonb || "
            "jsonb_build_object('value', coalesce(gone.value, ''))) "
            f"FROM gone WHERE s.line = gone.line AND {self.range.condition('s.')}",
            *params, int(state), json.dumps(why), *self.range.params,
        )  # fmt: skip
        if state is RowState.FAILED:
            self.context.count(failed=settled)
        return settled

    def _settle_repeats(self) -> None:
        """Of several rows with one key, keep the last or the first, or refuse all but the first."""
        policy = self.job.duplicates
        order = "DESC" if policy == DuplicatePolicy.UPDATE else "ASC"
        state = RowState.FAILED if policy == DuplicatePolicy.KEEP else RowState.SKIPPED
        settled = self.execute(
            "WITH ranked AS (SELECT id, row_number() OVER w AS place, first_value(line) OVER w AS kept "
            f'FROM imports_stagedrow WHERE {self._staged} WINDOW w AS (PARTITION BY "group" ORDER BY line {order})) '
            "UPDATE imports_stagedrow s SET state = %s, problems = jsonb_build_array(jsonb_build_object("
            "'code', 'repeated', 'column', %s::text, 'value', s.\"group\", "
            "'params', jsonb_build_object('line', kept), 'loading', true)) "
            "FROM ranked WHERE ranked.id = s.id AND place > 1",
            *self.range.params, int(state), self._header(self.key),
        )  # fmt: skip
        if settled:
            self.context.count(**{"failed" if state is RowState.FAILED else "skipped": settled})
