"""Publishing: recorded with the change, handled inline, owed after commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import transaction

from crm_site.events.base import EVENT_CLASSES, BatchEvent, Event
from crm_site.events.handling import AFTER_COMMIT, INLINE, handles
from crm_site.events.models import Delivery, EventRecord
from crm_site.events.publishing import publish, publish_all, publish_batch
from crm_site.staff.models import Team


@dataclass(frozen=True, kw_only=True)
class TeaBrewed(Event):
    """A test event."""

    verb = "customer.created"
    cups: int
    on: dt.date


@dataclass(frozen=True, kw_only=True)
class TeasImported(BatchEvent):
    """A test batch."""

    verb = "customer.imported"


@pytest.fixture(autouse=True)
def forget_handlers() -> Iterator[None]:
    """Leave no handler of a test behind."""
    yield
    for event in (TeaBrewed, TeasImported):
        INLINE.pop(event, None)
        AFTER_COMMIT.pop(event.name(), None)


@pytest.fixture(autouse=True, scope="module")
def forget_events() -> Iterator[None]:
    """Take the test's events out of the register that the architecture tests read."""
    yield
    for event in (TeaBrewed, TeasImported):
        EVENT_CLASSES.pop(event.name(), None)


BREWED = TeaBrewed(cups=2, on=dt.date(2026, 3, 1))


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish(BREWED)
    assert EventRecord.objects.count() == 0


@pytest.mark.django_db
def test_an_event_survives_the_outbox_with_its_types() -> None:
    record = publish(BREWED)
    record.refresh_from_db()
    assert TeaBrewed.from_payload(record.payload) == BREWED
    assert TeaBrewed.from_payload({**record.payload, "sugar": True}) == BREWED


@pytest.mark.django_db
def test_an_inline_handler_fails_the_change_it_belongs_to() -> None:
    @handles(TeaBrewed)
    def refuse(event: TeaBrewed) -> None:
        Team.objects.create(name="half done")
        raise ValueError("no milk")

    with pytest.raises(ValueError, match="no milk"), transaction.atomic():
        publish(BREWED)
    assert not Team.objects.filter(name="half done").exists()
    assert EventRecord.objects.count() == 0


@pytest.mark.django_db
def test_a_handler_after_commit_is_owed_one_delivery() -> None:
    @handles(TeaBrewed, after_commit=True)
    def drink(event: TeaBrewed) -> None: ...

    publish(BREWED)
    delivery = Delivery.objects.get()
    assert delivery.handler.endswith("drink")
    assert delivery.attempts == 0


@pytest.mark.django_db
def test_many_events_are_published_as_each_would_be(django_assert_num_queries: Any) -> None:
    seen: list[int] = []

    @handles(TeaBrewed)
    def see(event: TeaBrewed) -> None:
        seen.append(event.cups)

    @handles(TeaBrewed, after_commit=True)
    def drink(event: TeaBrewed) -> None: ...

    with django_assert_num_queries(2):
        records = publish_all([replace(BREWED, cups=cups) for cups in range(20)])
    assert seen == [record.payload["cups"] for record in records] == list(range(20))
    assert list(Delivery.objects.order_by("id").values_list("event_id", flat=True)) == [one.pk for one in records]
    assert publish_all([]) == []


@pytest.mark.django_db
def test_a_batch_of_none_is_not_published() -> None:
    assert publish_batch(TeasImported(count=0)) is None
    assert EventRecord.objects.count() == 0
    assert publish_batch(TeasImported(count=3, source="import:1")) is not None
    assert EventRecord.objects.get().payload == {"count": 3, "source": "import:1"}
