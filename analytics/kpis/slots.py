"""Summing facts over several periods, which may overlap, in one query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import F, IntegerField, QuerySet, Sum

from analytics.kpis.periods import Period

Row = dict[str, Any]


def sum_over(
    facts: QuerySet[Any],
    sums: Sequence[str],
    periods: Sequence[Period],
    keys: Sequence[str] = (),
    *,
    by_day: bool = True,
) -> list[list[Row]]:
    """Return, for each period in turn, rows with the `keys` and the summed columns; none where nothing happened.

    Facts are added up by day first, so that the cost depends on days, not on owners times periods; with so many
    keys that a day has little to add up, `by_day` is better off.
    """
    if not periods:
        return []
    firsts = [period.bounds[0] for period in periods]
    afters = [period.bounds[1] for period in periods]
    named = {f"sum_{name}": Sum(name) for name in sums}
    daily = facts.filter(day__gte=min(firsts), day__lt=max(afters)).order_by().values("day", *keys)
    daily = daily.annotate(**({f"sum_{name}": F(name) for name in sums} if not by_day else named))
    statement, params = daily.query.sql_with_params()
    by = "".join(f", d.{name}" for name in keys)
    added = "".join(f", sum(d.sum_{name}){_cast(facts, name)}" for name in sums)
    found: list[list[Row]] = [[] for _ in periods]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.slot{by}{added} FROM unnest(%s::int[], %s::date[], %s::date[]) AS s(slot, first, after) "
            f"JOIN ({statement}) d ON d.day >= s.first AND d.day < s.after GROUP BY s.slot{by} ORDER BY s.slot{by}",
            [list(range(len(periods))), firsts, afters, *params],
        )
        for slot, *values in cursor.fetchall():
            found[slot].append(dict(zip((*keys, *sums), values, strict=True)))
    return found


def _cast(facts: QuerySet[Any], name: str) -> str:
    """Keep counts whole: PostgreSQL adds them up to numeric."""
    return "::bigint" if isinstance(facts.model._meta.get_field(name), IntegerField) else ""
