"""Who is writing, and through what: told to the database once per transaction, read by the triggers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject

from crm_site.history.choices import Via

if TYPE_CHECKING:
    from crm_site.jobs.models import JobRun

MAX_REFERENCE = 200
_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|MERGE)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """Where changes come from. `actor` is asked at the first write, when a request knows who signed in.

    `silent` changes leave no history: made-up companies come and go whole.
    """

    via: str = Via.UNKNOWN.value
    reference: str = ""
    actor: Callable[[], int | None] = lambda: None
    operation: int | None = None
    silent: bool = False

    def told(self) -> str:
        """Return what the triggers read."""
        facts: dict[str, Any] = {"via": self.via, "reference": self.reference[:MAX_REFERENCE], "actor": self.actor()}
        facts["operation"] = self.operation
        if self.silent:
            facts = {"silent": True}
        return json.dumps({name: value for name, value in facts.items() if value not in (None, "")})


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("history_origin", default=_NOWHERE)


def current_origin() -> Origin:
    """Return where the current code's changes come from."""
    return _origin.get()


@contextmanager
def origin(**facts: Any) -> Iterator[Origin]:
    """Say where changes inside the block come from; facts not given stay as they are outside."""
    token = _origin.set(replace(_origin.get(), **facts))
    try:
        yield _origin.get()
    finally:
        _origin.reset(token)


class _Told:
    """Stands among a transaction's commit hooks for as long as the database knows this origin.

    Django drops the hooks of a rolled back savepoint or transaction, exactly when PostgreSQL forgets the setting.
    """

    def __init__(self, words: str) -> None:
        self.words = words

    def __call__(self) -> None:
        """Do nothing at commit."""


def tell_origin(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Tell the database the origin before a write, once per transaction and change of origin."""
    wrapper: BaseDatabaseWrapper = context["connection"]
    if wrapper.in_atomic_block and isinstance(sql, str) and _WRITE.match(sql):
        last = next((hook[1] for hook in reversed(wrapper.run_on_commit) if isinstance(hook[1], _Told)), None)
        words = _origin.get().told()
        if words != (last.words if last else "{}"):
            with context["cursor"].connection.cursor() as cursor:
                cursor.execute("SELECT set_config('history.origin', %s, true)", [words])
            wrapper.on_commit(_Told(words))
    return execute(sql, params, many, context)


def listen(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Put the teller on a new connection."""
    if tell_origin not in connection.execute_wrappers:
        connection.execute_wrappers.append(tell_origin)


def origin_of_run(run: JobRun) -> AbstractContextManager[Origin]:
    """Say that changes come from a job, on behalf of whoever started it."""
    return origin(via=Via.JOB.value, reference=f"{run.name} {run.pk}", actor=lambda: run.started_by_id)


class OriginMiddleware:
    """Says that a request's changes come from a page, the API or the administration, and who signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request with its origin set."""
        with origin(via=_surface(request.path), reference=request.path, actor=lambda: _signed_in(request)):
            return self.get_response(request)


def _surface(path: str) -> str:
    if path.startswith("/api/"):
        return Via.API.value
    return Via.ADMIN.value if path.startswith("/admin/") else Via.PAGE.value


def _signed_in(request: HttpRequest) -> int | None:
    # Asking a lazy user here could query in the middle of a write; every page has asked it before.
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject):
        user = request.__dict__.get("_cached_user")
    return getattr(user, "pk", None)
