"""From a tree to one SQL query: fields as ORM conditions, related rows as joined, grouped subqueries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Avg,
    Count,
    DateTimeField,
    DecimalField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual

from crm_site.rules.declarations import Many, RuleField, RuleRelation
from crm_site.rules.joins import GroupedColumn, GroupedJoin, add_grouped_join, opposite
from crm_site.rules.lookups import Test, codes_test, people_test, test_of
from crm_site.rules.nodes import Broken, Condition, Group, Node, RelatedCondition
from crm_site.rules.periods import Clock

if TYPE_CHECKING:
    from crm_site.staff.models import User

_AGGREGATES: dict[str, Any] = {"sum": Sum, "average": Avg, "least": Min, "most": Max, "latest": Max, "earliest": Min}
_COMPARISONS: dict[str, Any] = {
    "exact": Exact,
    "gte": GreaterThanOrEqual,
    "gt": GreaterThan,
    "lte": LessThanOrEqual,
    "lt": LessThan,
}
NEVER = Q(pk__in=[])


@dataclass
class GroupedRows:
    """Rows grouped by the record they belong to, joined once for all the figures that conditions ask of them."""

    join: GroupedJoin
    rows: QuerySet[Any]
    link: str
    figures: dict[str, Any] = field(default_factory=dict)

    def column(self, aggregate: Any, output: Any) -> GroupedColumn:
        """Return the column of a figure, asked for once however often it is used."""
        name = next((known for known, one in self.figures.items() if one == aggregate), f"figure_{len(self.figures)}")
        self.figures[name] = aggregate
        return GroupedColumn(self.join.table_alias, name, output)

    def finish(self) -> None:
        """Give the join its subquery."""
        rows = self.rows.filter(**{f"{self.link}__isnull": False}).order_by()
        self.join.inner = rows.values(self.link).annotate(**self.figures).query


class Compiler:
    """Turns nodes into conditions on a queryset, which it copies and joins to as needed.

    `reader` limits related rows to those the person may see; `among` limits them to the records of those keys, best a
    range where they are many,
    for asking about a few records without grouping everything.
    """

    def __init__(
        self, queryset: QuerySet[Any], *, reader: User | None, clock: Clock, among: Sequence[int] | None = None
    ) -> None:
        self.queryset = queryset.all()
        self.reader, self.clock, self.among = reader, clock, among
        self.grouped: dict[Any, GroupedRows] = {}
        self.sources: dict[str, Any] = {}
        self.aliases: dict[str, str] = {}

    def condition(self, node: Node) -> Q:
        """Return the condition of a node."""
        if isinstance(node, Group):
            return self._group(node)
        if isinstance(node, Condition):
            return self.field_condition(node)
        if isinstance(node, RelatedCondition):
            return self._figure_condition(node)
        return NEVER

    def finish(self) -> QuerySet[Any]:
        """Return the queryset with everything the conditions rest on."""
        for rows in self.grouped.values():
            rows.finish()
        return self.queryset.alias(**self.sources) if self.sources else self.queryset

    def _group(self, node: Group) -> Q:
        conditions = [self.condition(child) for child in node.children]
        if node.join == "all":
            return reduce(and_, conditions)
        either = reduce(or_, conditions)
        return either if node.join == "any" else opposite(either)

    def field_condition(self, node: Condition) -> Q:
        """Return the condition of a field of the record itself."""
        if node.field.many is not None:
            return self._many(node, node.field.many)
        return single_condition(node, self.reader, self.clock, self._path(node.field))

    def _path(self, rule_field: RuleField) -> str:
        """Return the ORM path of the value, which for an expression is an alias of ours."""
        if rule_field.expression is None:
            return rule_field.column
        # Numbered, since names of fields may come from people.
        known = self.aliases.setdefault(rule_field.name, f"rule_source_{len(self.aliases)}")
        self.sources[known] = rule_field.source()
        return known

    def _many(self, node: Condition, many: Many) -> Q:
        code = node.operator.code
        keys = node.value or ()
        rows = many.model._default_manager.all()
        if keys:
            rows = rows.filter(**{f"{many.value}__in": keys})
        wanted = len(keys) if code == "all_of" else 1
        grouped = self._rows(("many", many, keys), rows, many.link)
        count = grouped.column(Count(many.value, distinct=True), DecimalField())
        found = Q(GreaterThanOrEqual(count, wanted))
        return opposite(found) if code in ("none_of", "empty") else found

    def _figure_condition(self, node: RelatedCondition) -> Q:
        column = self.figure_of(node)
        kind = "moment" if node.measure.over == "moment" else "number"
        test = test_of(kind, node.operator, node.value, self.clock)
        zero_counts = node.measure.code in ("count", "sum") and _holds_for_zero(test)
        value = Coalesce(column, Value(0, output_field=DecimalField())) if zero_counts else column
        parts = [Q(_COMPARISONS[lookup](value, operand)) for lookup, operand in test.lookups]
        found = reduce(and_, parts)
        return opposite(found) if test.negated else found

    def figure_of(self, node: RelatedCondition) -> GroupedColumn:
        """Return the column of the condition's figure, NULL where a record has no such row."""
        relation = node.relation
        key = (relation.name, node.within, repr([child.to_json() for child in node.where]))
        grouped = self._rows(key, None, relation.link, node)
        if node.measure.code == "count":
            return grouped.column(Count("*"), DecimalField())
        aggregate = _AGGREGATES[node.measure.code]
        if node.measure.over == "moment":
            return grouped.column(aggregate(relation.moment), DateTimeField())
        source = F(node.field.column) if node.field and node.field.expression is None else node.field.source()  # type: ignore[union-attr]  # a measure over an amount has its field
        return grouped.column(aggregate(source), DecimalField())

    def _rows(
        self, key: Any, rows: QuerySet[Any] | None, link: str, node: RelatedCondition | None = None
    ) -> GroupedRows:
        if key not in self.grouped:
            found = rows if rows is not None else self._related(node)  # type: ignore[arg-type]  # one of both is given
            if self.among is not None:
                found = limited(found, link, self.among)
            column = link if rows is not None else found.model._meta.get_field(link).attname
            self.grouped[key] = GroupedRows(add_grouped_join(self.queryset.query, column), found, column)
        return self.grouped[key]

    def _related(self, node: RelatedCondition) -> QuerySet[Any]:
        relation = node.relation
        rows = visible_rows(relation, self.reader)
        if node.within is not None:
            since = self.clock.ago(node.within, moments=True)
            rows = rows.filter(**{f"{relation.moment}__gte": since, f"{relation.moment}__lte": self.clock.now})
        for child in node.where:
            rows = _narrowed(rows, child, self.reader, self.clock)
        return rows


def limited(rows: QuerySet[Any], path: str, keys: Sequence[int]) -> QuerySet[Any]:
    """Keep the rows whose key at a path is one of these; a range is two ends, however many keys lie between."""
    if isinstance(keys, range):
        return rows.filter(**{f"{path}__gte": keys.start, f"{path}__lt": keys.stop})
    return rows.filter(**{f"{path}__in": keys})


def visible_rows(relation: RuleRelation, reader: User | None) -> QuerySet[Any]:
    """Return the related rows that count, of those the reader may see."""
    manager: Any = relation.model._default_manager
    rows: QuerySet[Any] = manager.all()
    if reader is not None and hasattr(rows, "visible_to"):
        rows = rows.visible_to(reader)
    return relation.base(rows) if relation.base is not None else rows


def single_condition(node: Condition, reader: User | None, clock: Clock, path: str) -> Q:
    """Return the condition of a field with one value, found at an ORM path."""
    # A choice that is stored as text is empty as a text is.
    is_text = node.field.kind == "choice" and all(isinstance(code, str) for code, _label in node.field.options())
    kind = "text" if is_text else node.field.kind
    if kind == "person" and node.operator.code in ("in", "not_in"):
        test = people_test(node.operator, node.value, reader)
    elif node.field.kind == "choice" and node.operator.code in ("in", "not_in"):
        test = codes_test(node.field, node.operator, node.value)
    else:
        test = test_of(kind, node.operator, node.value, clock, exact=node.field.exact)
    parts = [Q(**{f"{path}__{lookup}": value}) for lookup, value in test.lookups]
    found = reduce(or_ if test.either else and_, parts)
    return opposite(found) if test.negated else found


def _narrowed(rows: QuerySet[Any], node: Condition | Broken, reader: User | None, clock: Clock) -> QuerySet[Any]:
    """Keep the related rows that meet one condition."""
    if isinstance(node, Broken):
        return rows.none()
    if node.field.many is not None:
        return _narrowed_by_many(rows, node, node.field.many)
    path = node.field.column
    if node.field.expression is not None:
        path = f"rule_source_{len(rows.query.annotations)}"
        rows = rows.alias(**{path: node.field.source()})
    return rows.filter(single_condition(node, reader, clock, path))


def _narrowed_by_many(rows: QuerySet[Any], node: Condition, many: Many) -> QuerySet[Any]:
    # Conditions on related rows all hold, so these stay plain semi-joins and anti-joins.
    values, code = many.model._default_manager.all(), node.operator.code
    if node.value:
        values = values.filter(**{f"{many.value}__in": node.value})
    if code in ("none_of", "empty"):
        return rows.filter(~Exists(values.filter(**{many.link: OuterRef("pk")})))
    grouped = values.filter(**{f"{many.link}__isnull": False}).order_by().values(many.link)
    if code == "all_of":
        grouped = grouped.annotate(found=Count(many.value, distinct=True)).filter(found=len(node.value))
    return rows.filter(pk__in=grouped.values(many.link))


def _holds_for_zero(test: Test) -> bool:
    """Tell whether a count or sum of nothing meets the test."""
    compare = {
        "exact": lambda limit: limit == 0,
        "gte": lambda limit: limit <= 0,
        "gt": lambda limit: limit < 0,
        "lte": lambda limit: limit >= 0,
        "lt": lambda limit: limit > 0,
    }
    limits = [(lookup, getattr(operand, "value", operand)) for lookup, operand in test.lookups]
    return all(compare[lookup](limit) for lookup, limit in limits)
