"""Values of custom fields: their stored form, as they are read, and how the database compares them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Lower
from django.utils.translation import gettext as _

from crm_site.fields.choices import FieldKind
from crm_site.fields.models import CustomField
from crm_site.lib.text import clean_text

MAX_TEXT = 500
DIGITS, PLACES = 20, 6
_BOUND = Decimal(10) ** (DIGITS - PLACES)
# Stands for "no number" where an order needs one; smaller than every number that can be stored.
NO_NUMBER = -(Decimal(10) ** (DIGITS - PLACES))
_NUMERIC: models.DecimalField[Any, Any] = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES)


def stored(field: CustomField, value: Any) -> Any:
    """Return the form in which a value is kept: text, number as text, ISO day, bool, code or list of codes.

    None means empty. Raises ValidationError for what the field cannot hold.
    """
    if value is None or value == "" or value == []:
        return None
    if field.kind == FieldKind.TEXT:
        return _text(value)
    if field.kind == FieldKind.NUMBER:
        return _number(value)
    if field.kind == FieldKind.DATE:
        return _day(value)
    if field.kind == FieldKind.YES_NO:
        return _flag(value)
    return _codes(field, value)


def merged(custom: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values after `changes`; None empties a field."""
    values = {**custom, **changes}
    return {name: value for name, value in values.items() if value is not None}


def with_custom(record: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with `custom` as it stands on the record after the change; others stay as they are."""
    values = dict(facts)
    if "custom" in values:
        values["custom"] = merged(record.custom, values["custom"])
    return values


def with_merged(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts for an update of many records, custom fields merged into what each of them has."""
    values = dict(facts)
    if "custom" in values:
        values["custom"] = MergedCustom(values["custom"])
    return values


class MergedCustom(Func):
    """The custom fields of many records after a change, in SQL: `update(custom=MergedCustom({"size": "5"}))`."""

    template = "jsonb_strip_nulls(%(expressions)s)"
    arg_joiner = " || "
    output_field: ClassVar[models.Field[Any, Any]] = models.JSONField()

    def __init__(self, changes: Mapping[str, Any]) -> None:
        super().__init__(F("custom"), Value(dict(changes), output_field=models.JSONField()))


def python_value(field: CustomField, value: Any) -> Any:
    """Return a stored value as forms and cells take it: Decimal, date, bool, text, or a list of codes."""
    if value is None:
        return [] if field.kind == FieldKind.CHOICES else None
    if field.kind == FieldKind.NUMBER:
        return Decimal(str(value))
    if field.kind == FieldKind.DATE:
        return dt.date.fromisoformat(str(value))
    return value


def words(field: CustomField, value: Any) -> Any:
    """Return a stored value for people, still typed where cells format it themselves: choices become their words."""
    typed = python_value(field, value)
    if field.kind == FieldKind.CHOICE:
        return dict(field.options(all_ever=True)).get(typed, typed)
    if field.kind == FieldKind.CHOICES:
        names = dict(field.options(all_ever=True))
        return ", ".join(str(names.get(code, code)) for code in typed)
    return typed


def expression(field: CustomField) -> Combinable:
    """Return the value as the database compares it; NULL where the field is empty."""
    raw = KeyTextTransform(field.name, "custom")
    return Cast(raw, _NUMERIC) if field.kind == FieldKind.NUMBER else raw


def sort_expression(field: CustomField) -> tuple[Combinable, models.Field[Any, Any]]:
    """Return an order over the field that is never NULL, and the type of its values. Empty comes before all."""
    if field.kind == FieldKind.NUMBER:
        return Coalesce(expression(field), Value(NO_NUMBER, _NUMERIC)), _NUMERIC
    text = Lower(expression(field)) if field.kind == FieldKind.TEXT else expression(field)
    return Coalesce(text, Value(""), output_field=models.TextField()), models.TextField()


def is_sortable(field: CustomField) -> bool:
    """Tell whether lists can be sorted by fields of this kind."""
    return field.kind != FieldKind.CHOICES


def _text(value: Any) -> str | None:
    text = clean_text(str(value)).strip()
    if len(text) > MAX_TEXT:
        raise ValidationError(_("At most %(count)d characters.") % {"count": MAX_TEXT})
    return text or None


def _number(value: Any) -> str:
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value).strip())
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValidationError(_("Enter a number.")) from error
    if abs(number) >= _BOUND:
        raise ValidationError(_("This number is too large."))
    plain = number.quantize(Decimal(1).scaleb(-PLACES)).normalize()
    return f"{plain:f}" if plain else "0"


def _day(value: Any) -> str:
    if isinstance(value, dt.datetime):
        value = value.date()
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ValidationError(_("Enter a date as YYYY-MM-DD.")) from error
    if not 1850 <= day.year <= 2200:
        raise ValidationError(_("This date is too far away."))
    return day.isoformat()


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    try:
        return known[str(value).strip().lower()]
    except KeyError as error:
        raise ValidationError(_("Enter yes or no.")) from error


def _codes(field: CustomField, value: Any) -> Any:
    known = [code for code, _words in field.options(all_ever=True)]
    asked = [str(one) for one in value] if isinstance(value, list | tuple | set) else [str(value)]
    unknown = [one for one in asked if one not in known]
    if unknown:
        raise ValidationError(_("“%(value)s” is no choice of this field.") % {"value": unknown[0][:60]})
    if field.kind == FieldKind.CHOICE:
        if len(asked) > 1:
            raise ValidationError(_("Only one choice is possible."))
        return asked[0]
    return [code for code in known if code in asked]


def checked(host_fields: list[CustomField], given: Any) -> dict[str, Any]:
    """Return stored values by field name from a mapping of names to values; raise ValidationError by field name."""
    if not isinstance(given, Mapping):
        raise ValidationError(_("Give an object of field names and values."))
    known = {field.name: field for field in host_fields}
    found: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name not in known:
                raise ValidationError(_("There is no field of this name."))
            found[name] = stored(known[name], value)
        except ValidationError as error:
            problems[str(name)] = error.messages
    if problems:
        raise ValidationError(problems)
    return found
