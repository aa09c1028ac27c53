"""Adding and changing custom fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from crm_site.fields.definitions import forget
from crm_site.fields.indexing import request_index
from crm_site.fields.models import CustomField


def add_field(facts: Mapping[str, Any]) -> CustomField:
    """Add a field, after the others; it is there at once, and sortable as soon as its index is."""
    values = dict(facts)
    roles = values.pop("required_for", ())
    with transaction.atomic():
        last = CustomField.objects.filter(host=values["host"]).aggregate(last=Max("position"))["last"]
        field = CustomField(**{"position": (last or 0) + 1, **values})
        field.full_clean(exclude=("required_for",))
        field.save(force_insert=True)
        field.required_for.set(roles)
        request_index(field)
    forget()
    return CustomField.objects.get(pk=field.pk)


def change_field(field: CustomField, facts: Mapping[str, Any]) -> None:
    """Change a field's words, choices, roles or use; its name and kind stay what values were stored under."""
    values = {name: value for name, value in facts.items() if name not in ("host", "name", "kind")}
    roles = values.pop("required_for", None)
    was_active = field.is_active
    with transaction.atomic():
        for name, value in values.items():
            setattr(field, name, value)
        if "choices" in values:
            field.choices = with_retired(CustomField.objects.get(pk=field.pk).choices, field.choices)
        field.full_clean(exclude=("required_for",))
        field.save(update_fields=list(values))
        if roles is not None:
            field.required_for.set(roles)
        if field.is_active != was_active:
            request_index(field)
    forget()


def with_retired(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the choices with those that are no longer offered at the end: stored values keep their words."""
    offered = {one["code"] for one in now}
    return [*now, *({**one, "off": True} for one in before if one["code"] not in offered)]


def move_field(field: CustomField, step: int) -> None:
    """Let a field change places with its neighbour; at an end it stays."""
    with transaction.atomic():
        mates = list(CustomField.objects.select_for_update().filter(host=field.host).order_by("position", "pk"))
        at = mates.index(field)
        if 0 <= at + step < len(mates):
            mates[at], mates[at + step] = mates[at + step], mates[at]
        for position, mate in enumerate(mates):
            mate.position = position
        CustomField.objects.bulk_update(mates, ["position"])
    forget()
