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
# Where the planner expects so many hits, a page of them is looked for along the order, and nobody counts them.
COMMON = 30_000

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


def is_common(hits: QuerySet[Any]) -> bool:
    """Tell whether the planner expects very many hits: it knows from its statistics, without looking at a row."""
    plan = hits.order_by().values("pk").explain(format="JSON")
    # What is known to be empty is never asked of the database, and has no plan.
    return bool(plan) and bool(json.loads(plan)[0]["Plan"]["Plan Rows"] >= COMMON)
