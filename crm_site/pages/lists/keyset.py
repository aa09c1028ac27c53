"""Keyset paging: a page begins right after a row, so page 500 costs the same as page 2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db.models import F, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields import Field

from crm_site.pages.lists.columns import follow
from crm_site.pages.lists.sql import RowComparison

SALT = "pages.cursor"

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Sorting:
    """An order over a NOT NULL column and a tie-breaking key, in one direction for both.

    A column behind a one-to-one row sorts by that row's key, so one index of that table serves the order;
    rows without it drop out, because it must exist for every record.
    """

    model: type[Model]
    column: str
    descending: bool = False

    @property
    def relation(self) -> str:
        """Return the ORM path of the table the column is in; empty for the model's own."""
        return self.column.rpartition(LOOKUP_SEP)[0]

    @property
    def tie(self) -> str:
        """Return the ORM path of the key that breaks ties."""
        if not self.relation:
            return "pk"
        # Only a one-to-one row is unique to its record; many records may share a looked-up row.
        alone = all(step.one_to_one for step in self._relations())
        return f"{self.relation}{LOOKUP_SEP}pk" if alone else "pk"

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
        """Return the model field behind the column."""
        name = self.column.rpartition(LOOKUP_SEP)[2]
        field: Field[Any, Any] = self._table._meta.get_field(name)
        return field

    @property
    def tie_field(self) -> Field[Any, Any]:
        """Return the model field behind the tie-breaking key."""
        field: Field[Any, Any] = (self.model if self.tie == "pk" else self._table)._meta.pk
        return field

    def check(self) -> None:
        """Raise ImproperlyConfigured unless the column exists and no record lacks it."""
        try:
            field, relations = self.field, self._relations()
        except FieldDoesNotExist as error:
            raise ImproperlyConfigured(f"{self.model.__name__} has no column {self.column!r}.") from error
        if field.null or any(step.null and not step.one_to_one for step in relations):
            raise ImproperlyConfigured(f"{self.model.__name__}.{self.column} may be NULL and cannot page a list.")

    def ordered(self, queryset: QuerySet[M], *, backwards: bool = False) -> QuerySet[M]:
        """Order the rows, or the other way round for looking back."""
        if self.relation:
            queryset = queryset.filter(**{f"{self.relation}__isnull": False})
        sign = "-" if self.descending != backwards else ""
        return queryset.order_by(f"{sign}{self.column}", f"{sign}{self.tie}")

    def beyond(self, queryset: QuerySet[M], position: Position, *, backwards: bool) -> QuerySet[M]:
        """Keep the rows after the position, or before it when looking back."""
        comparison = RowComparison(
            (F(self.column), F(self.tie)),
            (position.value, position.key),
            (self.field, self.tie_field),
            after=self.descending == backwards,
        )
        return queryset.filter(comparison)

    def position(self, record: Model) -> str:
        """Return the signed cursor of a row."""
        value = follow(record, self.column.replace(LOOKUP_SEP, "."))
        field = self.field
        text = value if value is None or isinstance(value, str | int) else field.value_to_string(_holder(field, value))
        key = follow(record, self.tie.replace(LOOKUP_SEP, "."))
        return signing.dumps([self.column, text, key], salt=SALT)

    def read(self, cursor: str) -> Position | None:
        """Return the position in a cursor; None when it is forged, damaged or of another order."""
        if not cursor:
            return None
        try:
            column, text, key = signing.loads(cursor, salt=SALT)
            if column != self.column:
                return None
            return Position(self.field.to_python(text), key)
        except (signing.BadSignature, ValidationError, ValueError, TypeError):
            return None


def _holder(field: Field[Any, Any], value: Any) -> Any:
    """Return a stand-in with just one attribute: `value_to_string` reads from an instance."""
    return type("Holder", (), {field.attname: value})()


@dataclass(frozen=True)
class Position:
    """The sort value and key of a row."""

    value: Any
    key: Any


@dataclass(frozen=True)
class Slice(Generic[M]):
    """One page of rows with the cursors of its neighbours (empty where there is none)."""

    rows: list[M]
    previous: str
    next: str


def cut(queryset: QuerySet[M], sorting: Sorting, *, size: int, after: str = "", before: str = "") -> Slice[M]:
    """Return the page after or before a cursor in one query; a bad cursor gives the first page."""
    position = sorting.read(after)
    backwards = False
    if position is None and before:
        position, backwards = sorting.read(before), True
        backwards = position is not None
    rows = sorting.ordered(queryset, backwards=backwards)
    if position is not None:
        rows = sorting.beyond(rows, position, backwards=backwards)
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        if not more and len(found) < size:
            # Too few rows stand before the cursor: the first page itself shows them, filled up.
            return cut(queryset, sorting, size=size)
        found.reverse()
        return Slice(found, sorting.position(found[0]) if more else "", sorting.position(found[-1]))
    has_previous = position is not None and bool(found)
    return Slice(
        found,
        sorting.position(found[0]) if has_previous else "",
        sorting.position(found[-1]) if more else "",
    )
