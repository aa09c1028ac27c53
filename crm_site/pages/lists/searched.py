"""Hits of a search that are met along an order, before anybody counts or sorts them all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

# So many rows along the order are looked through for hits before all hits are sorted.
WINDOW = 50_000
# Where the planner expects so many hits, one in so many rows of the list, a page of them is soon met along the order,
# and nobody counts them. Fewer, or more thinly spread, are sorted at less than it costs to look for them.
COMMON, SPREAD = 10_000, 20
# So many take longer to sort than to look for, however thinly they are spread.
COUNTLESS = 100_000
# So few are sorted by a column of another table sooner than two parts of its order are looked through for them.
RARE = 1_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Searched(Generic[M]):
    """The rows among which a search found many: those of `rows` whose `column` is like all of the `patterns`."""

    rows: QuerySet[M]
    column: str
    patterns: Sequence[str]

    def keys(self, ordered: QuerySet[M], limit: int) -> list[Any]:
        """Return the keys of the first hits among the next rows of an order; it stops as soon as it has them."""
        inner, params = ordered.values_list("pk", self.column)[:WINDOW].query.sql_with_params()
        alike = " AND ".join("words LIKE %s" for _pattern in self.patterns)
        statement = f"SELECT key FROM ({inner}) AS near(key, words) WHERE {alike} LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, *self.patterns, limit])
            return [row[0] for row in cursor.fetchall()]


def is_common(hits: QuerySet[Any], rows: QuerySet[Any]) -> bool:
    """Tell whether hits are so many, and so dense among the rows of a list, that they are looked for along its order.

    The planner tells from its statistics, for both at once and without looking at a row.
    """
    plan = _plan(hits.order_by().values("pk").union(rows.order_by().values("pk"), all=True))
    if len(plan.get("Plans", ())) < 2:
        return False
    expected, among = (int(part["Plan Rows"]) for part in plan["Plans"])
    return expected >= COUNTLESS or (expected >= COMMON and expected * SPREAD >= among)


def is_rare(rows: QuerySet[Any]) -> bool:
    """Tell whether so few rows are expected that they are sorted at once, whatever the order."""
    plan = _plan(rows.order_by().values("pk"))
    return not plan or int(plan["Plan Rows"]) <= RARE


def _plan(rows: QuerySet[Any]) -> dict[str, Any]:
    """Return the plan of a query; what is known to be empty is never asked of the database, and has none."""
    plan = rows.explain(format="JSON")
    return dict(json.loads(plan)[0]["Plan"]) if plan else {}
