"""Optimistic locking: a save that does not know the latest version is refused, never merged silently."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Model
from django.utils import timezone


class StaleVersionError(Exception):
    """Somebody else changed the record since it was read; `current` is how it stands now."""

    def __init__(self, current: Model) -> None:
        super().__init__("the record was changed by somebody else")
        self.current = current


def save_versioned(record: Any, version: int, changes: dict[str, Any]) -> None:
    """Write `changes` to `record` if its version still is `version`; raise StaleVersionError otherwise.

    One conditional UPDATE decides, so of two racing saves exactly one wins.
    """
    manager = type(record)._default_manager
    values = {**changes, "updated_at": timezone.now(), "version": F("version") + 1}
    if not manager.filter(pk=record.pk, version=version).update(**values):
        raise StaleVersionError(manager.get(pk=record.pk))
    for name, value in changes.items():
        setattr(record, name, value)
    record.version = version + 1
