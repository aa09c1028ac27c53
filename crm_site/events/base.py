"""The shape of an event: a frozen dataclass in the past tense that carries ids, not records."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, ClassVar, Self, get_type_hints

EVENT_CLASSES: dict[str, type[Event]] = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Fields are ints, strings, booleans or dates, so that they survive the outbox.

    `verb` names the registered verb that says it on the timeline, with its eraser.
    """

    verb: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        EVENT_CLASSES[cls.name()] = cls

    @classmethod
    def name(cls) -> str:
        """Return the stable name under which the event is stored: `app.ClassName`."""
        return f"{cls.__module__.split('.events')[0].rpartition('.')[2]}.{cls.__name__}"

    def payload(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        return {
            field.name: value.isoformat() if isinstance(value, dt.date) else value
            for field in dataclasses.fields(self)
            for value in (getattr(self, field.name),)
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Build the event again from what `payload` returned; unknown fields of older versions are dropped."""
        hints = get_type_hints(cls)
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: _revive(value, hints[key]) for key, value in payload.items() if key in known})


@dataclasses.dataclass(frozen=True, kw_only=True)
class BatchEvent(Event):
    """One event for many records, as an import makes; `source` says which batch (kind, id)."""

    verb: ClassVar[str] = ""
    count: int
    source: str = ""


def _revive(value: Any, hint: Any) -> Any:
    if isinstance(value, str) and hint is dt.date:
        return dt.date.fromisoformat(value)
    if isinstance(value, str) and hint is dt.datetime:
        return dt.datetime.fromisoformat(value)
    return value
