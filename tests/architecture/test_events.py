"""Every event can be said, erased, stored and read back, and everybody who reacts to it can be found."""

from __future__ import annotations

import dataclasses
import datetime as dt
from importlib import import_module
from typing import Any, get_type_hints

import pytest
from django.utils import translation

from crm_site.events.base import EVENT_CLASSES, BatchEvent, Event
from crm_site.events.handling import AFTER_COMMIT, INLINE
from crm_site.events.verbs import VERBS, Eraser

# Tests may declare events of their own; those of the product live in its packages.
EVENTS = {name: one for name, one in EVENT_CLASSES.items() if not one.__module__.startswith(("tests", "test_"))}
NAMES = sorted(name for name, one in EVENTS.items() if one is not BatchEvent)
SAMPLES: dict[Any, Any] = {
    int: 7,
    str: "a",
    bool: True,
    dt.date: dt.date(2026, 3, 29),
    dt.datetime: dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
}


def sample(event: type[Event]) -> Event:
    """Return an event with a value in every field."""
    hints = get_type_hints(event)
    return event(**{field.name: SAMPLES[hints[field.name]] for field in dataclasses.fields(event)})


def test_the_sweep_finds_the_events() -> None:
    assert {"customers.CustomerCreated", "sales.OrderPlaced", "service.SurveyAnswered"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_a_verb_with_sentence_icon_and_eraser(name: str) -> None:
    verb = VERBS[EVENTS[name].verb]
    assert str(verb.sentence)
    assert verb.icon
    assert verb.eraser in Eraser


@pytest.mark.parametrize("code", sorted(VERBS))
def test_every_sentence_can_be_said_with_nothing_known(code: str) -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = VERBS[code].say({})
            assert said
            assert "%(" not in said


@pytest.mark.parametrize("name", NAMES)
def test_every_event_survives_the_outbox(name: str) -> None:
    event = sample(EVENTS[name])
    assert type(event).from_payload(event.payload()) == event
    assert type(event).from_payload({**event.payload(), "dropped_later": 1}) == event


def test_every_handler_after_commit_is_found_under_its_stored_name() -> None:
    for name, handlers in AFTER_COMMIT.items():
        assert name in EVENT_CLASSES
        for path, handler in handlers.items():
            module, _, function = path.rpartition(".")
            assert getattr(import_module(module), function) is handler


def test_handlers_stand_in_rooms_called_handlers() -> None:
    found = {handler.__module__ for handlers in AFTER_COMMIT.values() for handler in handlers.values()}
    found |= {handler.__module__ for handlers in INLINE.values() for handler in handlers}
    ours = {module for module in found if not module.startswith(("tests", "test_"))}
    assert ours
    assert [module for module in ours if "handlers" not in module.split(".")] == []
