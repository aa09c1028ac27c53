"""SQL that the ORM has no words for: LIKE with our own pattern, and comparison of whole rows."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.fields import Field


class Like(Func):
    """True where the text matches a LIKE pattern; unlike `contains` it takes the pattern as it is."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    arity = 2
    output_field = BooleanField()


class Matches(Func):
    """True where the text matches a regular expression of PostgreSQL's, which a trigram index serves."""

    template = "%(expressions)s"
    arg_joiner = " ~ "
    arity = 2
    output_field = BooleanField()


class AnyOf(Func):
    """True where the value is one of those that a statement returns, which runs once, before any row is looked at.

    `IN` leaves the planner free to run parts of it anew for every row, which it does where it believes that rows are
    few: those of an owner of today, say, whom the statistics do not know yet.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY(ARRAY"
    arity = 2
    output_field = BooleanField()


class Unindexed(Func):
    """The same value in a form that no index serves, so that the planner sorts the rows it has found.

    Without it, `ORDER BY name LIMIT 50` makes the planner walk the index of names and test every row for a search
    that another index answers at once.
    """

    template = "(ARRAY[%(expressions)s])[1]"
    arity = 1


class RowComparison(Func):
    """True where `(column, tie)` stands after the given pair in index order (before, for `<`).

    The row form, unlike `a > x OR (a = x AND b > y)`, lets one index scan begin exactly at the pair.
    """

    template = "(%(left)s) %(operator)s (%(right)s)"
    output_field = BooleanField()

    def __init__(
        self,
        columns: tuple[Combinable, Combinable],
        values: tuple[Any, Any],
        fields: tuple[Field[Any, Any], Field[Any, Any]],
        *,
        after: bool,
    ) -> None:
        self.operator = ">" if after else "<"
        wrapped = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
        super().__init__(*columns, *wrapped)

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Compile the four expressions into one row comparison."""
        parts: list[str] = []
        params: list[Any] = []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            params.extend(values)
        left, right = ", ".join(parts[:2]), ", ".join(parts[2:])
        return f"({left}) {self.operator} ({right})", params
