"""Fields of the API that obey access."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers


class VisibleRecordField(serializers.PrimaryKeyRelatedField[Any]):
    """A reference to a record by key: one that the caller may not see does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return the records the caller may see."""
        found: Any = super().get_queryset()
        request = self.context.get("request")
        visible: QuerySet[Any] = found.visible_to(request.user) if request is not None else found.none()
        return visible
