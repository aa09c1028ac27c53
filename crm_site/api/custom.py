"""Custom fields in the API: one object of field names and values."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm_site.fields.definitions import fields_of, is_required
from crm_site.fields.values import checked


@extend_schema_field(OpenApiTypes.OBJECT)
class CustomFieldsField(serializers.Field[Any, Any, Any, Any]):
    """`{"name": value}` with the fields in use; a change names only what it changes, null empties."""

    def __init__(self, host: str, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.host = host

    def to_representation(self, value: Any) -> dict[str, Any]:
        """Return every field in use, null where it is empty."""
        return {field.name: value.get(field.name) for field in fields_of(self.host)}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return stored values; name each field that is unknown or cannot hold its value."""
        try:
            return checked(fields_of(self.host), data)
        except InvalidValue as error:
            problems: Any = error.message_dict if hasattr(error, "error_dict") else error.messages
            raise serializers.ValidationError(problems) from error


def require_custom(host: str, facts: dict[str, Any], user: Any, before: dict[str, Any] | None) -> None:
    """Raise ValidationError where the caller leaves a field empty that people of its role must fill in."""
    given = facts.get("custom", {})
    after = {**(before or {}), **given}
    asked = [field for field in fields_of(host) if before is None or field.name in given]
    missing = [one.name for one in asked if after.get(one.name) is None and is_required(one, user)]
    if missing:
        raise serializers.ValidationError({"custom": {name: [_("This field is required.")] for name in missing}})
