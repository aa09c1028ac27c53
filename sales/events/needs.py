"""What happens to customers' needs."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class NeedStated(Event):
    """A customer said what they want."""

    verb = "need.stated"
    need_id: int


@dataclass(frozen=True, kw_only=True)
class NeedChanged(Event):
    """Facts of a need changed; `fields` names them, separated by commas."""

    verb = "need.changed"
    need_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class NeedConfirmed(Event):
    """A customer's need was understood, and the customer agrees."""

    verb = "need.confirmed"
    need_id: int


@dataclass(frozen=True, kw_only=True)
class NeedAddressed(Event):
    """The customer got what they wanted."""

    verb = "need.addressed"
    need_id: int


@dataclass(frozen=True, kw_only=True)
class NeedDeclined(Event):
    """The customer will not get what they want from us."""

    verb = "need.declined"
    need_id: int


@dataclass(frozen=True, kw_only=True)
class NeedReopened(Event):
    """A need that had ended is open again."""

    verb = "need.reopened"
    need_id: int


@dataclass(frozen=True, kw_only=True)
class NeedLinked(Event):
    """An opportunity came of a need, or no longer does (0)."""

    verb = "need.linked"
    need_id: int
    opportunity_id: int = 0


@dataclass(frozen=True, kw_only=True)
class NeedsChanged(BatchEvent):
    """The same facts of many needs were changed at once; `fields` names them, separated by commas."""

    verb = "need.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class NeedsImported(BatchEvent):
    """A file brought needs."""

    verb = "need.imported"
