"""Which tables have a history, and how their rows belong to records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

# Bookkeeping that every save touches says nothing about the record.
UNTOLD = ("version", "updated_at")
# How a custom field is named among the columns.
CUSTOM = "custom."


@dataclass(frozen=True)
class Tracking:
    """How a model is tracked: set as `history` on the model.

    `root` is "self" for records, or the name of the foreign key to the record that a row belongs to: its history
    stands on that record's page. `hidden` columns are kept, so that undo is exact, but not shown. Tables that other
    code derives keep no updates (`updates=False`). `many` names many-to-many fields that are tracked along. `derived`
    is the SQL of rows that other code writes by itself: they keep nothing from being undone, and go along.
    `permanent` rows stand once they are written: an undo of what wrote them lets them be, and only their record takes
    them along.
    """

    root: str = "self"
    hidden: tuple[str, ...] = ()
    updates: bool = True
    many: tuple[str, ...] = ()
    derived: str = "false"
    permanent: bool = False


@dataclass(frozen=True)
class TrackedTable:
    """One tracked table in the words of the database."""

    model: type[models.Model]
    tracking: Tracking
    root_model: type[models.Model]
    root_column: str

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of the primary key."""
        return str(self.model._meta.pk.column)

    @property
    def columns(self) -> list[str]:
        """The columns that can be written, the key first."""
        fields = [field for field in self.model._meta.concrete_fields if not getattr(field, "generated", False)]
        names = [field.column for field in fields if field.column is not None]
        return [self.key, *(name for name in names if name != self.key)]

    @property
    def told(self) -> list[str]:
        """The columns whose changes are kept."""
        return [name for name in self.columns if name not in (self.key, *UNTOLD)]

    def is_told(self, name: str) -> bool:
        """Tell whether changes of that name are kept and can be put back: a column, or a custom field."""
        return name in self.told or (self.is_customised and name.startswith(CUSTOM))

    @property
    def is_customised(self) -> bool:
        """Tell whether rows carry custom fields."""
        return any(field.column == "custom" for field in self.model._meta.concrete_fields)

    @property
    def references(self) -> dict[str, type[models.Model]]:
        """The tables that columns point to."""
        found: dict[str, type[models.Model]] = {}
        for field in self.model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True):
                found[field.column] = field.related_model
        return found

    @property
    def is_versioned(self) -> bool:
        """Tell whether rows carry a version."""
        return any(field.column == "version" for field in self.model._meta.concrete_fields)


@cache
def tracked_tables() -> dict[str, TrackedTable]:
    """Return the tracked tables by name, those that others point to first."""
    found = {table.name: table for table in _declared()}
    ordered: dict[str, TrackedTable] = {}

    def place(table: TrackedTable, above: tuple[str, ...]) -> None:
        for model in table.references.values():
            name = model._meta.db_table
            if name in found and name not in ordered and name not in above:
                place(found[name], (*above, name))
        ordered.setdefault(table.name, table)

    for table in found.values():
        place(table, (table.name,))
    return ordered


def table_of(model: type[models.Model]) -> TrackedTable:
    """Return how a model is tracked; raise KeyError when it is not."""
    return tracked_tables()[model._meta.db_table]


def is_tracked(model: type[models.Model]) -> bool:
    """Tell whether the model's table has a history."""
    return model._meta.db_table in tracked_tables()


def _declared() -> Iterator[TrackedTable]:
    for model in apps.get_models():
        tracking = getattr(model, "history", None)
        if not isinstance(tracking, Tracking):
            continue
        yield _table(model, tracking)
        for name in tracking.many:
            field: Any = model._meta.get_field(name)
            yield _table(field.remote_field.through, Tracking(root=field.m2m_field_name()))


def _table(model: type[models.Model], tracking: Tracking) -> TrackedTable:
    if tracking.root == "self":
        return TrackedTable(model, tracking, model, str(model._meta.pk.column))
    field: Any = model._meta.get_field(tracking.root)
    return TrackedTable(model, tracking, field.related_model, field.column)
