"""A list's rows as its template shows them: heads, cells, and what may be done with a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from crm_site.pages.lists.columns import Column
from crm_site.staff.choices import Scope
from crm_site.staff.querysets import OwnedQuerySet, SharedQuerySet

if TYPE_CHECKING:
    from crm_site.pages.lists.declaration import ListPage
    from crm_site.staff.models import User

# Stands in an address where the browser puts the record's key and the name of the fact.
ANY_KEY, ANY_NAME = 0, "any-fact"


@dataclass(frozen=True)
class Cell:
    """One cell with its value, and its words where the column has no template."""

    column: Column
    value: Any
    words: str
    second_line: Any


@dataclass(frozen=True)
class Row:
    """One record with its cells; `editable` by the reader."""

    record: Any
    url: str
    tone: str
    cells: list[Cell]
    editable: bool = False


@dataclass(frozen=True)
class Head:
    """One column head; `direction` is the aria-sort word, empty where the list is not sorted by it."""

    column: Column
    url: str
    direction: str
    width: int | None = None


def cell_of(column: Column, record: Any) -> Cell:
    """Return the cell of a record in a column."""
    value = column.value(record)
    words = "" if column.cell_template else column.words(record, value)
    return Cell(column, value, words, column.second_line(record))


def row_of(page: ListPage[Any], record: Any, columns: Iterable[Column], *, editable: bool = False) -> Row:
    """Return the row of a record in these columns."""
    cells = [cell_of(column, record) for column in columns]
    return Row(record, page.record_url(record), page.tone(record), cells, editable)


def editable_keys(page: ListPage[Any], user: User, records: Iterable[Any]) -> set[Any]:
    """Return the keys of those records that the user may change, in one query at most."""
    keys = [record.pk for record in records]
    rows: Any = page.model._default_manager.all()
    if not keys or not hasattr(rows, "editable_by") or not user.access.can_edit(page.module):
        return set()
    if isinstance(rows, OwnedQuerySet | SharedQuerySet) and user.access.edit_scope(page.module) is Scope.ALL:
        return set(keys)
    return set(rows.editable_by(user).filter(pk__in=keys).values_list("pk", flat=True))


def edit_address(page: ListPage[Any]) -> str:
    """Return the address that edits a cell, with places for key and fact; empty where cells cannot be edited."""
    return reverse(page.field_url_name, args=[ANY_KEY, ANY_NAME]) if page.field_url_name else ""
