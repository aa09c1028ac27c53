"""Custom fields among the facts of a record page."""

from __future__ import annotations

from typing import Any

from crm_site.fields.choices import FieldKind
from crm_site.fields.definitions import fields_of
from crm_site.fields.models import CustomField
from crm_site.fields.values import words
from crm_site.pages import formatting

KINDS = {FieldKind.NUMBER: "decimal", FieldKind.DATE: "date", FieldKind.YES_NO: "yes_no"}
PLACES = 6


def custom_words(field: CustomField, record: Any) -> str:
    """Return the record's value of the field as people read it."""
    return stored_words(field, record.custom.get(field.name))


def stored_words(field: CustomField, stored: Any) -> str:
    """Return a stored value as people read it."""
    value = words(field, stored)
    if value is None or value == "":
        return ""
    if field.kind == FieldKind.NUMBER:
        return formatting.decimal(value, PLACES)
    return formatting.words(value, KINDS.get(FieldKind(field.kind), "text"))


def custom_fields_of(model: Any) -> list[CustomField]:
    """Return the custom fields in use on records of the model; none where it takes none."""
    host = getattr(model, "custom_host", "")
    return fields_of(host) if host else []
