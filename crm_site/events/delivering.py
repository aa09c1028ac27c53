"""Delivering what the outbox owes."""

from __future__ import annotations

import datetime as dt
import secrets

import structlog
from django.db import transaction
from django.utils import timezone

from crm_site.events.base import EVENT_CLASSES
from crm_site.events.handling import AFTER_COMMIT
from crm_site.events.models import Delivery, DeliveryState

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 12


def deliver_pending(limit: int = 500) -> int:
    """Deliver what is due, one transaction each, and return how many deliveries were tried.

    Several workers may do this at once: a claimed row is skipped by the others, and a worker that dies
    gives its claim back with its connection.
    """
    tried = 0
    while tried < limit and deliver_one():
        tried += 1
    return tried


def deliver_one() -> bool:
    """Claim and deliver one due delivery; return False when nothing is due."""
    with transaction.atomic():
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .filter(state=DeliveryState.PENDING, due_at__lte=timezone.now())
            .order_by("due_at", "id")
            .first()
        )
        if delivery is None:
            return False
        try:
            with transaction.atomic():
                _handle(delivery)
                delivery.delete()
        except Exception as error:
            log.exception("delivery_failed", handler=delivery.handler, delivery=delivery.pk)
            _postpone(delivery, error)
    return True


def _handle(delivery: Delivery) -> None:
    handler = AFTER_COMMIT[delivery.event.name].get(delivery.handler)
    event_class = EVENT_CLASSES.get(delivery.event.name)
    if handler is None or event_class is None:
        raise LookupError(f"nobody answers to {delivery.handler}")
    handler(event_class.from_payload(delivery.event.payload))


def _postpone(delivery: Delivery, error: Exception) -> None:
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}"[:2000]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
    jitter = secrets.randbelow(1000) / 1000
    delivery.due_at = timezone.now() + dt.timedelta(seconds=2**delivery.attempts + jitter)
    delivery.save(update_fields=("attempts", "error", "state", "due_at"))
