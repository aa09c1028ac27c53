"""Columns, filters and bulk changes that other rooms bring to a list, asked anew for every request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from crm_site.pages.lists.bulk_fields import BulkField
from crm_site.pages.lists.columns import Column
from crm_site.pages.lists.filters import Filter

ColumnProvider = Callable[[], Iterable[Column]]
FilterProvider = Callable[[], Iterable[Filter]]

ChangeProvider = Callable[[], Iterable[BulkField]]

_columns: dict[str, list[ColumnProvider]] = defaultdict(list)
_filters: dict[str, list[FilterProvider]] = defaultdict(list)
_changes: dict[str, list[ChangeProvider]] = defaultdict(list)


def register_column_provider(list_code: str, provide: ColumnProvider) -> None:
    """Let `provide` add columns to the list of that code, after the declared ones."""
    if provide not in _columns[list_code]:
        _columns[list_code].append(provide)


def register_filter_provider(list_code: str, provide: FilterProvider) -> None:
    """Let `provide` add filters to the list of that code, after the declared ones."""
    if provide not in _filters[list_code]:
        _filters[list_code].append(provide)


def register_change_provider(list_code: str, provide: ChangeProvider) -> None:
    """Let `provide` add bulk changes to the list of that code, after the declared ones."""
    if provide not in _changes[list_code]:
        _changes[list_code].append(provide)


def provided_changes(list_code: str) -> list[BulkField]:
    """Return the bulk changes that providers have for the list now."""
    return [change for provide in _changes.get(list_code, ()) for change in provide()]


def provided_columns(list_code: str) -> list[Column]:
    """Return the columns that providers have for the list now."""
    return [column for provide in _columns.get(list_code, ()) for column in provide()]


def provided_filters(list_code: str) -> list[Filter]:
    """Return the filters that providers have for the list now."""
    return [item for provide in _filters.get(list_code, ()) for item in provide()]
