"""How an attempt at sending ends, when it does not end well; whoever transmits raises one of these."""

from __future__ import annotations


class SendingError(Exception):
    """Something could not be sent."""


class RefusedError(SendingError):
    """The other side said no for good: another attempt would hear the same."""


class DeferredError(SendingError):
    """The other side said "later", or was not reached at all: nothing has arrived."""


class AmbiguousError(SendingError):
    """The line broke after the words went out: they may have arrived."""
