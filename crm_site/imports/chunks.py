"""One chunk of an import: its rows as a typed temporary table, and what became of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import QuerySet

from crm_site.imports.kinds import ImportKind
from crm_site.imports.messages import problem
from crm_site.imports.models import DuplicatePolicy, Import, ImportMode, RowState

if TYPE_CHECKING:
    from crm_site.jobs.context import JobContext
    from crm_site.staff.models import User


class Chunk:
    """The rows of a range of keys, as the table `chunk`: `line`, one typed column per field, `record_id`.

    Lives inside one transaction; the table goes with it.
    """

    def __init__(self, job: Import, kind: ImportKind, context: JobContext, low: str, high: str) -> None:
        self.job = job
        self.kind = kind
        self.context = context
        self.low = low
        self.high = high
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

    def open(self) -> None:
        """Make the table `chunk` from the staged rows, after settling repeated keys."""
        columns = ", ".join(
            f'(cells[{place}])::{field.sql} AS "{field.name}"' for place, field in enumerate(self.kind.fields, 1)
        )
        if not self.kind.groups_rows:
            self._settle_repeats()
        self.execute("DROP TABLE IF EXISTS chunk")
        self.execute(
            f'CREATE TEMPORARY TABLE chunk ON COMMIT DROP AS SELECT line, "group", {columns}, '
            f"NULL::bigint AS record_id, false AS is_new FROM imports_stagedrow WHERE {self._staged}",
            *self._range,
        )
        self.execute("ANALYZE chunk")

    def fail(self, condition: str, code: str, field: str = "", *params: Any) -> int:
        """Refuse the rows of the chunk that meet the SQL `condition`; they leave the table."""
        return self._settle(RowState.FAILED, condition, problem(code, self._header(field)), params)

    def skip(self, condition: str, code: str, *params: Any) -> int:
        """Leave the rows that meet the SQL `condition` as they are; they leave the table."""
        return self._settle(RowState.SKIPPED, condition, problem(code), params)

    def refuse_foreign(self, editable: QuerySet[Any]) -> None:
        """Refuse rows whose `record_id` is not among the records that the importer may change."""
        statement, params = editable.order_by().values("pk").query.sql_with_params()
        condition = f"record_id IS NOT NULL AND record_id NOT IN ({statement})"
        self.fail(condition, "foreign", self.key, *params)

    def apply_mode(self) -> None:
        """Leave out what the mode of the import does not allow."""
        skipped = 0
        if not self.may_create:
            skipped += self.skip("record_id IS NULL", "missing")
        if not self.may_update:
            skipped += self.skip("record_id IS NOT NULL", "exists")
        self.context.count(skipped=skipped)

    def report(self) -> None:
        """Write to the staged rows what became of them: `is_new`, and `changed` where the table has it."""
        self.execute(
            "UPDATE imports_stagedrow s SET record_id = c.record_id, state = CASE WHEN c.is_new THEN %s "
            "WHEN c.changed THEN %s ELSE %s END FROM chunk c WHERE s.import_id = %s AND s.line = c.line "
            'AND s."group" > %s AND s."group" <= %s',
            int(RowState.CREATED), int(RowState.UPDATED), int(RowState.SKIPPED), *self._range,
        )  # fmt: skip

    @property
    def _staged(self) -> str:
        return f'import_id = %s AND "group" > %s AND "group" <= %s AND state = {int(RowState.VALID)}'

    @property
    def _range(self) -> tuple[Any, ...]:
        return (self.job.pk, self.low, self.high)

    def _header(self, field: str) -> str:
        position = self.job.mapping.get(field)
        return field if position is None else str(self.job.header[position])

    def _settle(self, state: RowState, condition: str, why: dict[str, Any], params: tuple[Any, ...]) -> int:
        settled = self.execute(
            f"WITH gone AS (DELETE FROM chunk WHERE {condition} RETURNING line) "
            "UPDATE imports_stagedrow s SET state = %s, problems = %s::jsonb "
            'FROM gone WHERE s.import_id = %s AND s.line = gone.line AND s."group" > %s AND s."group" <= %s',
            *params, int(state), json.dumps([why]), *self._range,
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
            "'params', jsonb_build_object('line', kept))) "
            "FROM ranked WHERE ranked.id = s.id AND place > 1",
            *self._range, int(state), self._header(self.key),
        )  # fmt: skip
        if settled:
            self.context.count(**{"failed" if state is RowState.FAILED else "skipped": settled})
