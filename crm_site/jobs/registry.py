"""The jobs that exist, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


from crm_site.jobs.parameters import Parameter

JobFunction = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class JobDefinition:
    """A job: its function, title, module whose editors may start it, and parameters."""

    name: str
    title: StrOrPromise
    module: str
    function: JobFunction
    parameters: dict[str, Parameter] = field(default_factory=dict)
    listed: bool = True
    """Listed jobs can be started from the Jobs page; others are started by a page of their own."""


JOBS: dict[str, JobDefinition] = {}


def job(
    name: str,
    title: StrOrPromise,
    module: str,
    parameters: dict[str, Parameter] | None = None,
    listed: bool = True,
) -> Callable[[JobFunction], JobFunction]:
    """Register `function(context, **parameters) -> JSON-ready result` under a stable name.

    The function must be safe to repeat: after a crash it is called again with the last checkpoint.
    """

    def register(function: JobFunction) -> JobFunction:
        if name in JOBS:
            raise ValueError(f"job {name!r} is registered already")
        JOBS[name] = JobDefinition(name, title, module, function, parameters or {}, listed)
        return function

    return register


class UnknownJobError(LookupError):
    """No job has that name."""


def get_job(name: str) -> JobDefinition:
    """Return the job of that name; raise UnknownJobError otherwise."""
    try:
        return JOBS[name]
    except KeyError as error:
        raise UnknownJobError(name) from error


__all__ = ["JOBS", "JobDefinition", "UnknownJobError", "get_job", "job"]
