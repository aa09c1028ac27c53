"""Publishing: the one way to say that something happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from crm_site.events.base import BatchEvent, Event
from crm_site.events.doorbell import ring_on_commit
from crm_site.events.handling import AFTER_COMMIT, INLINE
from crm_site.events.models import Delivery, EventRecord

if TYPE_CHECKING:
    from crm_site.staff.models import User


def publish(event: Event, actor: User | None = None) -> EventRecord:
    """Record `event`, run its inline handlers, and owe it to the handlers after commit.

    Must run inside the transaction that writes what happened: both are kept or neither.
    Raises RuntimeError outside a transaction.
    """
    return publish_all([event], actor)[0]


def publish_all(events: Sequence[Event], actor: User | None = None) -> list[EventRecord]:
    """Publish many events as `publish` does each, by two statements for all of them."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is published inside the transaction of its change")
    records = EventRecord.objects.bulk_create(
        EventRecord(name=event.name(), payload=event.payload(), actor=actor) for event in events
    )
    for event in events:
        for handler in INLINE[type(event)]:
            handler(event)
    owed = [Delivery(event=record, handler=handler) for record in records for handler in AFTER_COMMIT[record.name]]
    if owed:
        Delivery.objects.bulk_create(owed)
        ring_on_commit("events.deliver_pending")
    return records


def publish_batch(event: BatchEvent, actor: User | None = None) -> EventRecord | None:
    """Publish one event for many records; a batch of none is not published."""
    return publish(event, actor) if event.count else None
