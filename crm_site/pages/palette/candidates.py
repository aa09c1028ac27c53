"""The records among which the best hits are chosen: a statement that stops early, however many there are.

Sorting every hit of "wang" among a million would take as long as the hits are many, so:

1. the newest records along an index are looked through. A word that many have is met there often enough;
2. only where it is not, older ones are asked of the trigram index: then there are few, or a limit ends it;
3. rows an identifier names, and what the reader opened last, are there whatever their age;
4. where all that finds next to nothing, words but a slip of the finger away are looked for.

Access is no concern of this statement: whoever uses its keys filters by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL

from crm_site.pages.lists.sql import Like, Matches
from crm_site.staff.choices import Scope
from crm_site.staff.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from crm_site.pages.palette.asking import Asked
    from crm_site.pages.palette.records import RecordSearch

Rows = QuerySet[Any]
Statement = tuple[str, tuple[Any, ...]]

# So many of the newest records are looked through.
WINDOW = 4_000
# With so many good hits among them nothing older is searched.
ENOUGH = 8
# What so many of them match is too common for the index to tell the better ones.
COMMON = 400
# With fewer hits slips of the finger are looked for.
FEW = 3
# The best so many of each part are candidates; of older records the best of so many hits.
CANDIDATES, HITS = 24, 3_000
# So many records with near words are compared.
SLIPS = 600


def alike(column: str, patterns: list[str]) -> Q:
    """Return the condition that a text matches every pattern."""
    condition = Q()
    for pattern in patterns:
        condition &= Q(Like(F(column), Value(pattern, output_field=TextField())))
    return condition


def in_sql(rows: Rows) -> Statement:
    """Return a queryset as a statement with its parameters."""
    sql, params = rows.query.sql_with_params()
    return sql, tuple(params)


@dataclass
class Candidates:
    """The keys of candidates for one query."""

    how: RecordSearch
    asked: Asked

    def expression(self) -> RawSQL:
        """Return the keys, as a statement for `AnyOf`."""
        tables, parts = self._searched() if self.how.searched else ([], [])
        parts += self._named()
        begin = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, (sql, _params) in tables)
        union = " UNION ALL ".join(f"({sql})" for sql, _params in parts)
        params = [param for _name, (_sql, given) in tables for param in given]
        params += [param for _sql, given in parts for param in given]
        sql = f"{f'WITH {begin} ' if begin else ''}SELECT key FROM ({union}) AS candidates(key)"
        return RawSQL(sql, params)  # noqa: S611 - our own statement, values are parameters

    def _searched(self) -> tuple[list[tuple[str, Statement]], list[Statement]]:
        """Return the steps of the search as tables that build on one another, and what is taken of each."""
        newest, whole = self._newest()
        weak, strong = self._alike(self.asked.patterns), self._alike(self.asked.beginnings)
        met = f"SELECT key, ({strong[0]}) AS fits, row_number() OVER () AS place FROM near WHERE {weak[0]}"
        state = f"SELECT count(*) AS hits, count(*) FILTER (WHERE fits) AS good, {whole[0]} AS whole FROM met"
        tables = [("near", newest), ("met", (met, (*strong[1], *weak[1]))), ("state", (state, whole[1]))]
        parts: list[Statement] = [(f"SELECT key FROM met ORDER BY fits DESC, place LIMIT {CANDIDATES}", ())]
        if self.how.deep is None or self.how.deep(self.asked):
            tables.append(("older", self._older(self.asked.patterns, f"hits < {ENOUGH}")))
            parts.append(("SELECT key FROM older", ()))
            if self.asked.beginnings != self.asked.patterns:
                both = [*self.asked.patterns, *self.asked.beginnings]
                parts.append(self._older(both, f"hits BETWEEN {ENOUGH} AND {COMMON} AND good < {ENOUGH}"))
            if self.how.near and self.asked.near:
                parts.append(self._slips())
        return tables, parts

    def _newest(self) -> tuple[Statement, Statement]:
        """Return the newest rows as (key, words), and the condition that these are all there are."""
        page, user = self.how.page, self.asked.user
        rows: Rows = page.model._default_manager.all()
        everything: Statement = "(SELECT count(*) FROM near) < %s", (WINDOW,)
        columns = ["pk", page.search_column]
        scope = user.access.view_scope(page.module)
        if isinstance(rows, OwnedQuerySet) and scope is Scope.OWN:
            rows = rows.filter(owner=user)
            if type(rows).visible_to is not OwnedQuerySet.visible_to:
                everything = "FALSE", ()  # others than the user's own may be visible
        elif isinstance(rows, OwnedQuerySet) and scope is not Scope.ALL:
            # No index leads through a team's rows by age, so the newest of all are taken.
            everything = "FALSE", ()
            columns += ["owner_id", "team_id"]
        order = (f"-{self.how.latest}", "-pk") if self.how.latest != "pk" else ("-pk",)
        sql, params = in_sql(rows.order_by(*order).values_list(*columns)[:WINDOW])
        if len(columns) == 2:
            return (f"SELECT * FROM ({sql}) AS latest(key, words)", params), everything
        teams = list(user.access.team_ids)
        narrowed = f"""SELECT key, words FROM ({sql}) AS latest(key, words, owner, team)
            WHERE owner = %s OR team = ANY(%s)"""
        return (narrowed, (*params, user.pk, teams)), everything

    def _older(self, patterns: list[str], condition: str) -> Statement:
        """Return hits whatever their age, on a condition that is tested before anything is searched."""
        page = self.how.page
        rows = page.base(self.asked.user).filter(alike(page.search_column, patterns)).order_by()
        sql, params = in_sql(rows.values_list("pk", page.search_column)[:HITS])
        fits, given = self._alike(self.asked.beginnings)
        return (
            f"""SELECT key FROM ({sql}) AS older(key, words)
            WHERE (SELECT {condition} AND NOT whole FROM state) ORDER BY ({fits}) DESC, key DESC LIMIT {CANDIDATES}""",
            (*params, *given),
        )

    def _slips(self) -> Statement:
        """Return the records with words but a slip away from those typed, where few have these."""
        page, asked = self.how.page, self.asked
        rows = page.base(asked.user).order_by()
        for expression in asked.near:
            rows = rows.filter(Matches(F(page.search_column), Value(expression, output_field=TextField())))
        sql, params = in_sql(rows.values_list("pk", page.search_column)[:SLIPS])
        return (
            f"""SELECT key FROM ({sql}) AS slips(key, words)
            WHERE (SELECT hits + (SELECT count(*) FROM older) < {FEW} FROM state)
            ORDER BY word_similarity(%s, words) DESC, key LIMIT {CANDIDATES}""",
            (*params, asked.folded),
        )

    def _named(self) -> list[Statement]:
        """Return what an identifier names, what the reader opened lately, and what belongs to records found before."""
        how, asked = self.how, self.asked
        base = how.page.base(asked.user).order_by()
        found: list[Rows] = list(how.exact(base, asked)) if how.exact is not None else []
        keys = [key for kind, key in asked.seen if kind == how.code]
        if keys and how.searched:
            found.append(base.filter(pk__in=keys).filter(alike(how.page.search_column, asked.patterns)))
        followed = asked.found.get(how.follows, [])
        if how.related is not None and followed:
            found.append(how.related(base, followed)[:ENOUGH])
        statements = [in_sql(rows.values_list("pk", flat=True)) for rows in found]
        # A source may have nothing to go by: no key then.
        return statements or [("SELECT NULL::bigint WHERE FALSE", ())]

    def _alike(self, patterns: list[str]) -> Statement:
        return " AND ".join("words LIKE %s" for _pattern in patterns), tuple(patterns)
