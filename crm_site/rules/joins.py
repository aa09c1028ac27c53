"""SQL that the ORM has no words for: joining a grouped subquery, and a negation that NULL cannot escape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Func, Q
from django.db.models.expressions import Expression
from django.db.models.fields import Field
from django.db.models.sql import Query
from django.db.models.sql.constants import LOUTER


class NotTrue(Func):
    """True where the condition is false or unknown: the exact opposite, records without a value included."""

    template = "(%(expressions)s) IS NOT TRUE"
    arity = 1
    output_field = BooleanField()


class GroupedJoin:
    """A LEFT JOIN with a grouped subquery, for `Query.alias_map`, which takes whatever behaves like its own joins.

    A hash join of the grouped rows costs the same under OR and NOT as under AND, and may spill to disk. `IN` and
    `EXISTS` under OR become a sub-plan that PostgreSQL hashes only while it believes it fits `work_mem`, and
    otherwise runs anew for each row.
    """

    join_type = LOUTER
    filtered_relation = None
    nullable = True
    join_field = None

    def __init__(self, table_name: str, alias: str, parent: str, parent_column: str, key: str) -> None:
        self.table_name, self.table_alias = table_name, alias
        self.parent_alias, self.parent_column, self.key = parent, parent_column, key
        self.inner: Query | None = None

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Compile the join; a subquery that the ORM knows to be empty is still written out."""
        if self.inner is None:
            raise ValueError("the grouped rows are not set")
        name, column = compiler.quote_name_unless_alias, connection.ops.quote_name
        alias = name(self.table_alias)
        rows, params = self.inner.get_compiler(connection=connection, elide_empty=False).as_sql()
        on = f"{alias}.{column(self.key)} = {name(self.parent_alias)}.{column(self.parent_column)}"
        return f"{self.join_type} ({rows}) {alias} ON ({on})", params

    def relabeled_clone(self, change_map: dict[str, str]) -> GroupedJoin:
        """Return the same join under other aliases."""
        clone = GroupedJoin(
            self.table_name,
            change_map.get(self.table_alias, self.table_alias),
            change_map.get(self.parent_alias, self.parent_alias),
            self.parent_column,
            self.key,
        )
        clone.inner = self.inner
        return clone

    def promote(self) -> GroupedJoin:
        """Return itself: it is an outer join already."""
        return self

    def demote(self) -> GroupedJoin:
        """Return itself: PostgreSQL makes it an inner join where a condition asks for a row."""
        return self


class GroupedColumn(Expression):
    """A figure of a grouped join."""

    def __init__(self, alias: str, column: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.alias, self.column = alias, column

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Compile to the qualified column; both names are the compiler's own."""
        return f"{compiler.quote_name_unless_alias(self.alias)}.{connection.ops.quote_name(self.column)}", []

    def relabeled_clone(self, change_map: Mapping[str, str]) -> GroupedColumn:
        """Return the column under another alias."""
        return GroupedColumn(change_map.get(self.alias, self.alias), self.column, self.output_field)


def add_grouped_join(query: Query, key: str) -> GroupedJoin:
    """Join grouped rows to the query by its primary key, and return the join, whose rows are still to be set."""
    parent = query.get_initial_alias()
    alias, _created = query.table_alias("rule_rows", create=True)
    meta: Any = query.get_meta()
    join = GroupedJoin("rule_rows", alias, parent, meta.pk.column, key)
    query.alias_map[alias] = join  # type: ignore[assignment]  # anything join-like may stand there
    return join


def opposite(condition: Q) -> Q:
    """Return the exact opposite of a condition."""
    return Q(NotTrue(condition))
