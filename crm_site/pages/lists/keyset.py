"""Keyset paging: a page begins right after a row, so page 500 costs the same as page 2."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db.models import Count, F, Model, QuerySet, Window
from django.db.models.constants import LOOKUP_SEP
from django.db.models.expressions import OrderBy
from django.db.models.fields import Field

from crm_site.pages.lists.columns import SortExpression, follow
from crm_site.pages.lists.searched import Searched
from crm_site.pages.lists.sql import RowComparison, Unindexed

SALT = "pages.cursor"
# What an expression is called in the rows it orders.
SORT_VALUE = "list_sort_value"
HITS = "list_hits"

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Position:
    """The sort value and key of a row; `absent` for rows without the one-to-one row they are sorted by."""

    value: Any
    key: Any
    absent: bool = False


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page of rows with the cursors of its neighbours (empty where there is none).

    `hits` is how many rows there are in all, where sorting them has told it by the way.
    """

    rows: list[M]
    previous: str
    next: str
    hits: int | None = None


@dataclass(frozen=True)
class Sorting:
    """An order over a NOT NULL column and a tie-breaking key, in one direction for both.

    A column behind a one-to-one row sorts by that row's key, so that one index of its table serves the order;
    records without the row follow last, by key. `few` says that another index finds the rows (a search does), so
    that they are sorted rather than met along the order. With an `expression` the `column` is only its name.
    """

    model: type[Model]
    column: str
    descending: bool = False
    few: bool = False
    expression: SortExpression | None = None

    @property
    def relation(self) -> str:
        """Return the ORM path of the table the column is in; empty for the model's own."""
        return "" if self.expression else self.column.rpartition(LOOKUP_SEP)[0]

    @property
    def by(self) -> Any:
        """Return the expression of the order."""
        return self.expression.expression if self.expression else F(self.column)

    @property
    def tie(self) -> str:
        """Return the ORM path of the key that breaks ties."""
        # Only a one-to-one row is unique to its record; many records may share a looked-up row.
        return f"{self.relation}{LOOKUP_SEP}pk" if self.may_lack else "pk"

    @property
    def may_lack(self) -> bool:
        """Tell whether a record may be without the one-to-one row it is sorted by."""
        return bool(self.relation) and all(step.one_to_one for step in self._relations())

    def _relations(self) -> list[Any]:
        model: Any = self.model
        found: list[Any] = []
        for step in self.relation.split(LOOKUP_SEP) if self.relation else ():
            found.append(model._meta.get_field(step))
            model = found[-1].related_model
        return found

    @property
    def _table(self) -> Any:
        relations = self._relations()
        return relations[-1].related_model if relations else self.model

    @property
    def field(self) -> Field[Any, Any]:
        """Return the field that reads and writes the sort value."""
        if self.expression:
            unbound = copy(self.expression.output_field)
            unbound.set_attributes_from_name("value")
            return unbound
        name = self.column.rpartition(LOOKUP_SEP)[2]
        field: Field[Any, Any] = self._table._meta.get_field(name)
        return field

    def check(self) -> None:
        """Raise ImproperlyConfigured unless the column exists and is NOT NULL; expressions answer for themselves."""
        if self.expression:
            return
        name = f"{self.model.__name__}.{self.column}"
        try:
            field, relations = self.field, self._relations()
        except FieldDoesNotExist as error:
            raise ImproperlyConfigured(f"There is no column {name}.") from error
        if field.null or any(step.null and not step.one_to_one for step in relations):
            raise ImproperlyConfigured(f"{name} may be NULL and cannot page a list.")

    def parts(self, *, backwards: bool) -> list[bool]:
        """Return which parts the order has, by their `absent`: rows with a sort value first, the rest last."""
        parts = [False, True] if self.may_lack else [False]
        return parts[::-1] if backwards else parts

    def part(self, queryset: QuerySet[M], *, absent: bool, backwards: bool) -> QuerySet[M]:
        """Return one part of the rows in order, or the other way round for looking back."""
        if absent:
            missing = queryset.filter(**{f"{self.relation}__isnull": True})
            return missing.order_by("-pk" if backwards else "pk")
        if self.relation:
            # An inner join: only then may the planner walk the index of the other table.
            queryset = queryset.filter(**{f"{self.relation}__isnull": False})
        if self.expression:
            queryset = queryset.annotate(**{SORT_VALUE: self.by})
        down = self.descending != backwards
        first = Unindexed(self.by) if self.few else self.by
        return queryset.order_by(OrderBy(first, descending=down), OrderBy(F(self.tie), descending=down))

    def whole(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """Return both parts of so few rows that they are sorted rather than met along the order."""
        values = (OrderBy(by, descending=self.descending, nulls_last=True) for by in (self.by, F(self.tie)))
        return queryset.order_by(*values, "pk")

    def beyond(self, queryset: QuerySet[M], position: Position, *, backwards: bool) -> QuerySet[M]:
        """Keep the rows of the position's part that stand after it, or before it when looking back."""
        if position.absent:
            return queryset.filter(**{"pk__lt" if backwards else "pk__gt": position.key})
        tie_field = (self._table if self.may_lack else self.model)._meta.pk
        comparison = RowComparison(
            (self.by, F(self.tie)),
            (position.value, position.key),
            (self.field, tie_field),
            after=self.descending == backwards,
        )
        return queryset.filter(comparison)

    def cursor(self, record: Model) -> str:
        """Return the signed cursor of a row."""
        if self.may_lack and follow(record, self.relation.replace(LOOKUP_SEP, ".")) is None:
            return signing.dumps([self.column, None, record.pk, True], salt=SALT)
        value = follow(record, SORT_VALUE if self.expression else self.column.replace(LOOKUP_SEP, "."))
        key = follow(record, self.tie.replace(LOOKUP_SEP, "."))
        text = value if isinstance(value, str | int) else self.field.value_to_string(_holder(self.field, value))
        return signing.dumps([self.column, text, key, False], salt=SALT)

    def read(self, cursor: str) -> Position | None:
        """Return the position in a cursor; None when it is forged, damaged or of another order."""
        if not cursor:
            return None
        try:
            column, text, key, absent = signing.loads(cursor, salt=SALT)
            if column != self.column:
                return None
            return Position(None if absent else self.field.to_python(text), key, absent)
        except (signing.BadSignature, ValidationError, ValueError, TypeError):
            return None


def _holder(field: Field[Any, Any], value: Any) -> Any:
    """Return a stand-in with just one attribute: `value_to_string` reads from an instance."""
    return type("Holder", (), {field.attname: value})()


def _collect(
    queryset: QuerySet[M],
    sorting: Sorting,
    position: Position | None,
    *,
    backwards: bool,
    limit: int,
    searched: Searched[M] | None = None,
) -> list[M]:
    """Return up to `limit` rows from the position on: one query, two where the page crosses into the other part."""

    def part_of(rows: QuerySet[M], order: Sorting, *, absent: bool) -> QuerySet[M]:
        found = order.part(rows, absent=absent, backwards=backwards)
        if position is not None and position.absent == absent:
            return order.beyond(found, position, backwards=backwards)
        return found

    parts = sorting.parts(backwards=backwards)
    begin = parts.index(position.absent) if position is not None and position.absent in parts else 0
    found: list[M] = []
    for absent in parts[begin:]:
        rows, wanted = part_of(queryset, sorting, absent=absent), limit - len(found)
        keys: list[Any] = []
        if searched is not None and not absent:
            keys = searched.keys(part_of(searched.rows, replace(sorting, few=False), absent=absent), wanted)
        found.extend(_fetched(rows, wanted, keys) if sorting.few else rows[:wanted])
        if len(found) == limit:
            break
    return found


def _counted(rows: QuerySet[M], limit: int) -> tuple[list[M], int]:
    """Return the first rows, and how many there are: sorting them all has met them all."""
    met = list(rows.annotate(**{HITS: Window(Count("*"))}).values_list("pk", HITS)[:limit])
    return _fetched(rows, 0, [key for key, _hits in met]), met[0][1] if met else 0


def _fetched(rows: QuerySet[M], limit: int, keys: list[Any]) -> list[M]:
    """Return the first rows, by their keys first: related rows are joined to a page and not to every hit.

    Unless so many `keys` were met along the order already, all hits are sorted.
    """
    if len(keys) < limit:
        keys = list(rows.values_list("pk", flat=True)[:limit])
    records = {record.pk: record for record in rows.order_by().filter(pk__in=keys)} if keys else {}
    return [records[key] for key in keys if key in records]


def beside(queryset: QuerySet[M], sorting: Sorting, cursor: str, *, backwards: bool) -> M | None:
    """Return the row after a cursor, or before it; without a cursor the first, or the last."""
    found = _collect(queryset, sorting, sorting.read(cursor), backwards=backwards, limit=1)
    return found[0] if found else None


def cut(
    queryset: QuerySet[M],
    sorting: Sorting,
    *,
    size: int,
    after: str = "",
    before: str = "",
    searched: Searched[M] | None = None,
    few: bool = False,
) -> Slice[M]:
    """Return the page after or before a cursor; a bad cursor gives the first page.

    `searched` says where the queryset's rows were searched for, when there are many of them; `few` that a filter
    leaves so few that sorting them all costs less than asking for each part of the order.
    """
    position = sorting.read(after)
    backwards = position is None and (position := sorting.read(before)) is not None
    hits: int | None = None
    if few and position is None:
        found = list(sorting.whole(queryset)[: size + 1])
    elif sorting.few and searched is None and position is None and sorting.parts(backwards=False) == [False]:
        found, hits = _counted(sorting.part(queryset, absent=False, backwards=False), size + 1)
    else:
        found = _collect(queryset, sorting, position, backwards=backwards, limit=size + 1, searched=searched)
    more = len(found) > size
    found = found[:size]
    if backwards and not more:
        # Nothing stands before these rows: the first page itself shows them, filled up.
        return cut(queryset, sorting, size=size, searched=searched)
    if backwards:
        found.reverse()
        return Slice(found, sorting.cursor(found[0]), sorting.cursor(found[-1]))
    previous = sorting.cursor(found[0]) if position is not None and found else ""
    return Slice(found, previous, sorting.cursor(found[-1]) if more else "", hits)
