"""What happens to customers."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """A customer was entered, by hand or through the API."""

    verb = "customer.created"
    customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerChanged(Event):
    """Facts of a customer were changed; `fields` names them, separated by commas."""

    verb = "customer.changed"
    customer_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class NoteAdded(Event):
    """Somebody wrote a note on a customer."""

    verb = "customer.note"
    customer_id: int
    activity_id: int


@dataclass(frozen=True, kw_only=True)
class CustomersImported(BatchEvent):
    """A file brought new customers or new facts of known ones."""

    verb = "customer.imported"


@dataclass(frozen=True, kw_only=True)
class CustomersChanged(BatchEvent):
    """The same facts of many customers were changed at once; `fields` names them, separated by commas."""

    verb = "customer.changed"
    fields: str = ""
    operation_id: int = 0
