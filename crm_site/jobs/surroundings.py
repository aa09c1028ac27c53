"""What rooms above put around every run, such as saying where its changes come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from crm_site.jobs.models import JobRun

Surrounding = Callable[[JobRun], AbstractContextManager[object]]

_surroundings: list[Surrounding] = []


def register_surrounding(surrounding: Surrounding) -> None:
    """Put a context manager around every run from now on."""
    if surrounding not in _surroundings:
        _surroundings.append(surrounding)


def surrounded(run: JobRun) -> ExitStack:
    """Return everything that belongs around the run, as one context manager."""
    stack = ExitStack()
    for surrounding in _surroundings:
        stack.enter_context(surrounding(run))
    return stack
