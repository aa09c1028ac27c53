"""Columns of a list page: where a value comes from, how it reads, and how it sorts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.core.exceptions import ObjectDoesNotExist
from django.db.models.expressions import Combinable
from django.db.models.fields import Field
from django.utils import timezone

from crm_site.pages import formatting

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind = Literal[
    "text", "title", "number", "decimal", "money", "percent", "date", "moment", "person", "yes_no", "language"
]
PhonePlace = Literal["", "title", "value", "detail", "side"]
RIGHT = frozenset({"number", "decimal", "money", "percent", "date"})
DESCENDING = frozenset({"number", "decimal", "money", "percent", "date", "moment"})


def follow(record: Any, path: str) -> Any:
    """Return what the dotted `path` leads to, calling methods on the way; None where a step is missing."""
    for step in path.split("."):
        try:
            record = getattr(record, step)
        except (AttributeError, ObjectDoesNotExist):
            return None
        if callable(record):
            record = record()
        if record is None:
            return None
    return record


@dataclass(frozen=True)
class SortExpression:
    """An order that no column has, such as a key of a JSON column.

    The expression must never be NULL (wrap it in Coalesce) and needs an index on `(expression, id)`;
    `output_field` reads and writes its value in cursors.
    """

    expression: Combinable
    output_field: Field[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    `path` is the dotted way from the record to the value (the name by default) and `sort` the ORM path of a
    NOT NULL database column or a SortExpression, without which the head is no button. `template` renders the
    cell from `record`, `value` and `column`; it must not query. `phone` places the cell in the two-line row of
    small screens; a `wide` column stands on wide screens only. Columns that are not `shown` wait to be chosen,
    and `prefetch` names what only this column needs. `edit` names the fact that is changed in the cell.
    """

    name: str
    label: StrOrPromise
    kind: Kind = "text"
    path: str = ""
    context: str = ""
    currency: str = ""
    template: str = ""
    sort: str | SortExpression = ""
    descending: bool | None = None
    phone: PhonePlace = ""
    export: Callable[[Any], Any] | None = None
    head: bool = True
    wide: bool = False
    shown: bool = True
    prefetch: tuple[Any, ...] = ()
    edit: str = ""

    @property
    def descends_first(self) -> bool:
        """Tell whether the first click on the head shows the largest or latest first."""
        return self.kind in DESCENDING if self.descending is None else self.descending

    @property
    def css(self) -> str:
        """Return the classes of the column's cells."""
        names = [f"cell-{self.kind}"]
        if self.kind in RIGHT:
            names.append("cell-end")
        names.append(f"phone-{self.phone or ('title' if self.kind == 'title' else 'none')}")
        if self.wide:
            names.append("cell-wide")
        return " ".join(names)

    @property
    def cell_template(self) -> str:
        """Return the template of the cell; plain kinds have none and print their words."""
        if self.template:
            return self.template
        return f"components/cells/{self.kind}.html" if self.kind in ("title", "person", "moment") else ""

    def value(self, record: Any) -> Any:
        """Return the raw value of the cell."""
        return follow(record, self.path or self.name)

    def words(self, record: Any, value: Any) -> str:
        """Return the value as people read it, in the active language and zone."""
        if self.kind == "money":
            return formatting.money(value, follow(record, self.currency) if self.currency else None)
        return formatting.words(value, self.kind)

    def second_line(self, record: Any) -> Any:
        """Return what stands small under the value."""
        return follow(record, self.context) if self.context else ""

    def exported(self, record: Any) -> Any:
        """Return the value for a file: raw, so that figures stay figures and moments keep their zone."""
        if self.export is not None:
            return self.export(record)
        value = self.value(record)
        if isinstance(value, dt.datetime):
            return timezone.localtime(value)
        return str(value) if self.kind in ("text", "title", "person") and value is not None else value
