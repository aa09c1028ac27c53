"""Publishing: the one way to say that something happened."""

from __future__ import annotations

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
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is published inside the transaction of its change")
    name = event.name()
    record = EventRecord.objects.create(name=name, payload=event.payload(), actor=actor)
    for handler in INLINE[type(event)]:
        handler(event)
    owed = AFTER_COMMIT[name]
    if owed:
        Delivery.objects.bulk_create(Delivery(event=record, handler=handler) for handler in owed)
        ring_on_commit("events.deliver_pending")
    return record


def publish_batch(event: BatchEvent, actor: User | None = None) -> EventRecord | None:
    """Publish one event for many records; a batch of none is not published."""
    return publish(event, actor) if event.count else None
