"""Hits of a search that are met along an order, before anybody counts or sorts them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

# So many rows along the order are looked through for hits before all hits are sorted.
WINDOW = 50_000
# So few of them are read before hits are counted: a word that many rows have fills a page at once.
GLANCE = 2_000

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Searched(Generic[M]):
    """The rows among which a search found many: those of `rows` whose `column` is like all of the `patterns`."""

    rows: QuerySet[M]
    column: str
    patterns: Sequence[str]

    def keys(self, ordered: QuerySet[M], limit: int) -> list[Any]:
        """Return the keys of the first hits among the next rows of an order; it stops as soon as it has them."""
        statement, params = self._near(ordered, WINDOW, limit)
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return [row[0] for row in cursor.fetchall()]

    def glance(self, ordered: QuerySet[M], hits: QuerySet[M], limit: int, few: int) -> tuple[list[Any], int]:
        """Return the keys of the first hits among very few rows of an order, and how many hits there are.

        Where the rows hold `limit` of them nothing is counted: one more than `few` stands for many.
        """
        near, params = self._near(ordered, GLANCE, limit)
        counted, more = hits.order_by().values("pk")[: few + 1].query.sql_with_params()
        statement = (
            f"WITH near AS MATERIALIZED ({near}) SELECT ARRAY(SELECT key FROM near), CASE WHEN (SELECT count(*) "
            f"FROM near) < %s THEN (SELECT count(*) FROM ({counted}) AS found) ELSE %s END"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [*params, limit, *more, few + 1])
            keys, count = cursor.fetchone()
        return list(keys), int(count)

    def _near(self, ordered: QuerySet[M], window: int, limit: int) -> tuple[str, list[Any]]:
        """Return the statement that looks for hits among the next rows of an order."""
        inner, params = ordered.values_list("pk", self.column)[:window].query.sql_with_params()
        alike = " AND ".join("words LIKE %s" for _pattern in self.patterns)
        statement = f"SELECT key FROM ({inner}) AS near(key, words) WHERE {alike} LIMIT %s"
        return statement, [*params, *self.patterns, limit]
