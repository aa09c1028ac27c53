"""Choosing by rules: of several rules in order, the first that a record meets, for many records in one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Case, IntegerField, QuerySet, Value, When

from crm_site.rules.compiling import Compiler
from crm_site.rules.periods import Clock
from crm_site.rules.rule import Rule

NONE = -1


def first_met(
    queryset: QuerySet[Any],
    rules: Sequence[Rule],
    *,
    now: dt.datetime | None = None,
    among: Sequence[int] | None = None,
) -> QuerySet[Any]:
    """Annotate each record with the index of the first rule it meets, as `met`, or -1 for none.

    A rule with problems is met by nobody. `among` promises that only the records of those keys are asked about.
    """
    compiler = Compiler(queryset, reader=None, clock=Clock.at(now), among=among)
    cases: list[Any] = [
        When(compiler.condition(rule.root), then=Value(index)) for index, rule in enumerate(rules) if not rule.problems
    ]
    met = Case(*cases, default=Value(NONE), output_field=IntegerField())
    found: QuerySet[Any] = compiler.finish().annotate(met=met)
    return found


def each_met(
    queryset: QuerySet[Any], rules: Sequence[Rule], *, now: dt.datetime | None = None, among: Sequence[int]
) -> dict[int, list[int]]:
    """Return the indices of all rules that each record of these keys meets, in one query.

    A rule with problems is met by nobody.
    """
    compiler = Compiler(queryset, reader=None, clock=Clock.at(now), among=among)
    asked = {
        f"met_{index}": Case(
            When(compiler.condition(rule.root), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for index, rule in enumerate(rules)
        if not rule.problems
    }
    found = compiler.finish().annotate(**asked).values_list("pk", *asked)
    indices = [int(name.removeprefix("met_")) for name in asked]
    return {pk: [index for index, met in zip(indices, row, strict=True) if met] for pk, *row in found}
