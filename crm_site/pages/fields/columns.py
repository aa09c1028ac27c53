"""Custom fields as columns and filters of lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from crm_site.fields.choices import FieldKind, IndexState
from crm_site.fields.definitions import fields_of
from crm_site.fields.hosts import ChangeMany, Host
from crm_site.fields.models import CustomField
from crm_site.fields.values import expression, sort_expression, stored, words
from crm_site.pages.fields.facts import KINDS, custom_words
from crm_site.pages.lists.bulk_fields import BulkField
from crm_site.pages.lists.columns import Column, SortExpression
from crm_site.pages.lists.filters import BooleanFilter, ChoiceFilter, Filter, TextFilter
from crm_site.pages.lists.ranges import DateRangeFilter, NumberRangeFilter

if TYPE_CHECKING:
    from crm_site.staff.models import User

VALUE = "custom_value"


@dataclass(frozen=True, kw_only=True)
class CustomColumn(Column):
    """A column of one custom field."""

    field: CustomField

    def value(self, record: Any) -> Any:
        """Return the value, choices in words."""
        return words(self.field, record.custom.get(self.field.name))

    def words(self, record: Any, value: Any) -> str:
        """Return the value as people read it."""
        return custom_words(self.field, record)


@dataclass(frozen=True, kw_only=True)
class CustomFlag(BooleanFilter):
    """Yes or no; empty is neither."""

    field: CustomField

    def narrow(self, queryset: QuerySet[Any], value: bool, user: User) -> QuerySet[Any]:
        """Keep the rows with that answer."""
        return queryset.filter(custom__contains={self.field.name: value})


@dataclass(frozen=True, kw_only=True)
class CustomText(TextFilter):
    """Words within a text."""

    field: CustomField

    def narrow(self, queryset: QuerySet[Any], value: str, user: User) -> QuerySet[Any]:
        """Keep the rows whose text contains the words."""
        return queryset.filter(**{f"custom__{self.field.name}__icontains": value})


@dataclass(frozen=True, kw_only=True)
class CustomNumbers(NumberRangeFilter):
    """A number between two ends."""

    field: CustomField

    def narrow(self, queryset: QuerySet[Any], value: Any, user: User) -> QuerySet[Any]:
        """Keep the rows with a number between the ends."""
        named = queryset.alias(**{VALUE + self.name: expression(self.field)})
        rows: QuerySet[Any] = super().narrow(named, value, user)
        return rows

    @property
    def column(self) -> str:
        """Return the name of the expression."""
        return VALUE + self.name


@dataclass(frozen=True, kw_only=True)
class CustomDays(DateRangeFilter):
    """A day between two ends; days are kept as ISO texts, whose order is theirs."""

    field: CustomField

    def narrow(self, queryset: QuerySet[Any], value: Any, user: User) -> QuerySet[Any]:
        """Keep the rows with a day between the ends."""
        first, last = value
        named = VALUE + self.name
        rows: QuerySet[Any] = queryset.alias(**{named: expression(self.field)}).filter(**{f"{named}__gt": ""})
        if first:
            rows = rows.filter(**{f"{named}__gte": first.isoformat()})
        if last:
            rows = rows.filter(**{f"{named}__lte": last.isoformat()})
        return rows


def columns_of(host: Host) -> list[Column]:
    """Return a column for every custom field; it waits to be chosen, and sorts once its index is there."""
    return [_column(field) for field in fields_of(host.code)]


def filters_of(host: Host) -> list[Filter]:
    """Return a filter for every custom field."""
    return [_filter(field) for field in fields_of(host.code)]


def changes_of(host: Host) -> list[BulkField]:
    """Return a bulk change for every custom field, where the app has a service for many records."""
    if host.change_many is None:
        return []
    return [
        BulkField(
            name=field.key,
            label=field.label,
            form_field=field.key,
            apply=partial(_set_many, host.change_many, field),
            unchanged=partial(_having, field),
        )
        for field in fields_of(host.code)
    ]


def _set_many(change: ChangeMany, field: CustomField, rows: QuerySet[Any], value: Any, actor: User) -> int:
    return change(rows, {"custom": {field.name: stored(field, value)}}, actor)


def _having(field: CustomField, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
    kept = stored(field, value)
    return (
        rows.exclude(custom__has_key=field.name) if kept is None else rows.filter(custom__contains={field.name: kept})
    )


def _column(field: CustomField) -> Column:
    kind: Any = KINDS.get(FieldKind(field.kind), "text")
    sort: str | SortExpression = ""
    if field.index_state == IndexState.READY:
        sort = SortExpression(*sort_expression(field))
    return CustomColumn(
        name=field.key, label=field.label, kind=kind, sort=sort, shown=False, edit=field.key, field=field
    )


def _filter(field: CustomField) -> Filter:
    facts: dict[str, Any] = {"name": field.key, "label": field.label}
    if field.kind == FieldKind.NUMBER:
        return CustomNumbers(field=field, kind="decimal", **facts)
    if field.kind == FieldKind.DATE:
        return CustomDays(field=field, **facts)
    if field.kind == FieldKind.YES_NO:
        return CustomFlag(field=field, **facts)
    if field.kind == FieldKind.TEXT:
        return CustomText(field=field, **facts)
    choices = field.options(all_ever=True)
    return ChoiceFilter(choices=choices, conditions=partial(_with_choices, field), **facts)


def _with_choices(field: CustomField, rows: QuerySet[Any], codes: list[str]) -> QuerySet[Any]:
    """Keep the rows with one of the choices; each is a containment that the column's index answers."""
    condition = Q()
    for code in codes:
        value: Any = [code] if field.kind == FieldKind.CHOICES else code
        condition |= Q(custom__contains={field.name: value})
    return rows.filter(condition)
