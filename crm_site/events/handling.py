"""Who reacts to an event: in the same transaction, or after commit through the outbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from crm_site.events.base import Event

Handler = Callable[[Any], None]
_H = TypeVar("_H", bound=Handler)

INLINE: dict[type[Event], list[Handler]] = defaultdict(list)
AFTER_COMMIT: dict[str, dict[str, Handler]] = defaultdict(dict)


def handles(*events: type[Event], after_commit: bool = False) -> Callable[[_H], _H]:
    """Register a function as handler of `events`.

    An inline handler writes in the publisher's transaction and fails it when it fails. A handler after
    commit runs from the outbox, in the transaction that also removes its delivery: what it writes to the
    database happens exactly once.
    """

    def register(function: _H) -> _H:
        for event in events:
            if after_commit:
                AFTER_COMMIT[event.name()][f"{function.__module__}.{function.__qualname__}"] = function
            else:
                INLINE[event].append(function)
        return function

    return register
