"""Delivering: exactly once for what handlers write, again after failures, and never lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm_site.events.base import EVENT_CLASSES, Event
from crm_site.events.delivering import MAX_ATTEMPTS, deliver_one, deliver_pending
from crm_site.events.handling import AFTER_COMMIT, handles
from crm_site.events.models import Delivery, DeliveryState
from crm_site.events.publishing import publish
from crm_site.staff.models import Team


@dataclass(frozen=True, kw_only=True)
class BellRung(Event):
    """A test event."""

    verb = "customer.created"
    number: int


@pytest.fixture(autouse=True)
def forget_handlers() -> Iterator[None]:
    """Leave neither handlers nor the event behind."""
    EVENT_CLASSES[BellRung.name()] = BellRung
    yield
    AFTER_COMMIT.pop(BellRung.name(), None)
    EVENT_CLASSES.pop(BellRung.name(), None)


def ring(number: int = 1) -> None:
    """Publish in a transaction of its own."""
    with transaction.atomic():
        publish(BellRung(number=number))


@pytest.mark.django_db
def test_a_delivered_event_is_owed_no_more() -> None:
    heard: list[int] = []

    @handles(BellRung, after_commit=True)
    def hear(event: BellRung) -> None:
        heard.append(event.number)

    ring(1)
    ring(2)
    assert deliver_pending() == 2
    assert heard == [1, 2]
    assert deliver_pending() == 0


@pytest.mark.django_db
def test_a_failed_handler_writes_nothing_and_is_tried_again_later() -> None:
    failing = True

    @handles(BellRung, after_commit=True)
    def write(event: BellRung) -> None:
        Team.objects.create(name=f"bell {event.number}")
        if failing:
            raise ValueError("deaf")

    ring()
    assert deliver_one()
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.error) == (1, "ValueError: deaf")
    assert delivery.due_at > timezone.now()
    assert not Team.objects.filter(name="bell 1").exists()
    failing = False
    Delivery.objects.update(due_at=timezone.now())
    assert deliver_pending() == 1
    assert Team.objects.filter(name="bell 1").count() == 1


@pytest.mark.django_db
def test_a_handler_that_always_fails_is_given_up_and_listed() -> None:
    @handles(BellRung, after_commit=True)
    def fail(event: BellRung) -> None:
        raise ValueError("broken")

    ring()
    for _attempt in range(MAX_ATTEMPTS):
        Delivery.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))
        deliver_one()
    assert Delivery.objects.get().state == DeliveryState.DEAD
    assert not deliver_one()


@pytest.mark.django_db
def test_an_event_of_a_handler_that_is_gone_is_kept() -> None:
    @handles(BellRung, after_commit=True)
    def leave(event: BellRung) -> None: ...

    ring()
    AFTER_COMMIT.pop(BellRung.name())
    deliver_one()
    assert "nobody answers" in Delivery.objects.get().error


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_deliver_the_same_event() -> None:
    @handles(BellRung, after_commit=True)
    def write(event: BellRung) -> None:
        Team.objects.create(name=f"bell {event.number}")

    for number in range(20):
        ring(number)
    counts: list[int] = []

    def work() -> None:
        counts.append(deliver_pending())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # A name is unique, so a second delivery of the same event would have failed and been counted again.
    assert sum(counts) == 20
    assert Team.objects.count() == 20
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_gives_its_claim_back() -> None:
    @handles(BellRung, after_commit=True)
    def die(event: BellRung) -> None:
        # What the server does with the connection of a killed process.
        connection.close()
        raise SystemExit

    ring()
    with pytest.raises(SystemExit):
        deliver_one()
    connection.close()
    assert Delivery.objects.get().attempts == 0
    AFTER_COMMIT.pop(BellRung.name())
