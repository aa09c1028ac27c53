"""The API, attacked by its own schema: whatever is sent, the server answers, and as the schema says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.attacks.conftest import FULL, Crashes, Target

SITE = "http://testserver"
EXAMPLES = 300 if FULL else 8
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not FULL,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SHARE = 16
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
# What any endpoint may answer besides what its schema names: refused, not there, not so, stale, no such type.
REFUSALS = {400, 404, 405, 409, 415}
KEYS = {"customer": "customers", "organisation": "customers", "order": "orders", "product": "products",
        "survey": "surveys"}  # fmt: skip


def deep(levels: int) -> Any:
    """Return lists in lists."""
    nested: Any = 1
    for _level in range(levels):
        nested = [nested]
    return nested


HOSTILE: list[Any] = [
    None, True, -1, 0, 2**31, 2**63, 10**400, 0.1, 1e308, "", " ", "\x00", "a\x00b", "\ud800", "\u202e", "٣", "NaN",
    "Infinity", "-Infinity", "1e999", "1E+9999", "9" * 400, "0." + "0" * 400 + "1", "0000-00-00", "0001-01-01",
    "9999-12-31T23:59:59.999999+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "a" * 70_000,
    "' OR 1=1 --", "{{ 7*7 }}", "%(x)s", "http://[", "javascript:alert(1)", "+" * 50, [], [None], [[]], {}, {"a": {}},
    {"\x00": "\ud800"}, [{}], deep(60), [2**70], ["\x00"], [True],
]  # fmt: skip


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep a request through the bare handler from closing the connection that holds the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def load(target: Target) -> Any:
    """Return the schema the site itself serves, bound to the site in this process."""
    with one_connection():
        schema: Any = schemathesis.openapi.from_wsgi(
            "/api/schema/?format=json", WSGIHandler(), base_url=SITE, headers=target.headers
        )
    schema.config.update(base_url=SITE)
    return schema


def operations(schema: Any) -> list[Any]:
    """Return every operation of the schema; one that cannot be read fails."""
    return [result.ok() for result in schema.get_all_operations()]


def plant(body: Any, target: Target) -> None:
    """Put keys of real records where the body names records, so that it gets past the first refusal."""
    if isinstance(body, list):
        for one in body:
            plant(one, target)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in KEYS and isinstance(value, int):
                body[name] = target.mine[KEYS[name]].pk
            else:
                plant(value, target)
        if "version" in body:
            body["version"] = 1


def send(case: Case[Any], target: Target) -> int:
    """Send the case, hold the answer to the checks, and undo what it did."""
    cache.clear()
    with one_connection(), transaction.atomic():
        answer = case.call(headers=target.headers)
        transaction.set_rollback(True)
    documented = {int(code) for code in case.operation.responses.status_codes if code.isdigit()}
    assert answer.status_code in documented | REFUSALS, (case.as_curl_command(), answer.text[:300])
    case.validate_response(answer, checks=CHECKS)
    return answer.status_code


def test_the_schema_covers_every_endpoint(target: Target) -> None:
    labels = {operation.label for operation in operations(load(target))}
    for name in target.mine:
        assert {f"GET /api/v1/{name}/", f"POST /api/v1/{name}/", f"GET /api/v1/{name}/{{id}}/"} <= labels
    assert "GET /api/v1/kpis/" in labels


def barrage(cases: st.SearchStrategy[Case[Any]], real: Any, target: Target, statuses: Counter[int]) -> None:
    """Send the cases, every other one at a record that is there, and count the answers."""

    @BOUNDED
    @given(case=cases, planted=st.booleans())
    def attack(case: Case[Any], planted: bool) -> None:
        if planted and real is not None:
            if "id" in (case.path_parameters or {}):
                case.path_parameters["id"] = real.pk
            plant(case.body, target)
        statuses[send(case, target)] += 1

    attack()


def test_no_request_made_from_the_schema_breaks_the_server(target: Target, crashes: Crashes) -> None:
    statuses: Counter[int] = Counter()
    for operation in operations(load(target)):
        real = target.mine.get(operation.path.split("/")[3])
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            barrage(operation.as_strategy(generation_mode=mode), real, target, statuses)
    print(f"{statuses.total()} requests from the schema: {dict(sorted(statuses.items()))}")  # noqa: T201  # its figures
    assert crashes.seen == []
    assert {200, 201, 400, 404} <= set(statuses), "the requests never got past the first refusal"


@pytest.mark.parametrize("name", ["customers", "orders", "payments", "products", "surveys", "survey-answers"])
def test_no_value_in_any_field_breaks_the_server(name: str, target: Target, crashes: Crashes) -> None:
    record = target.mine[name]
    client = Client(raise_request_exception=False, headers=target.headers)
    known = client.get(f"/api/v1/{name}/{record.pk}/").json()
    version = {name: known[name] for name in ("version",) if name in known}
    wrong = []
    for at, field in enumerate(sorted({*known, "lines", "no_such"})):
        # Every value meets some field in the plain run, and every field in the full one.
        for value in HOSTILE if FULL else HOSTILE[at % SHARE :: SHARE]:
            wrong += strike(client, name, record, {**version, field: value})
    assert wrong == []
    assert crashes.seen == []


def strike(client: Client, name: str, record: Any, data: dict[str, Any]) -> list[str]:
    """Create and change a record with the data, undo it, and return what was neither done nor refused."""
    cache.clear()
    wrong = []
    for method, path in (("post", f"/api/v1/{name}/"), ("patch", f"/api/v1/{name}/{record.pk}/")):
        with transaction.atomic():
            answer = getattr(client, method)(path, json.dumps(data), content_type="application/json")
            transaction.set_rollback(True)
        if answer.status_code not in {200, 201} | REFUSALS:
            wrong.append(f"{method} {path} {str(data)[:120]}: {answer.status_code}")
    return wrong


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"a":' * 900 + "1" + "}" * 900, '{"name": "\\ud800"}', "1" * 5_000, "NaN"]
)
def test_a_body_nobody_could_repeat_is_refused(body: str, target: Target, crashes: Crashes) -> None:
    client = Client(raise_request_exception=False, headers=target.headers)
    for name in target.mine:
        assert client.post(f"/api/v1/{name}/", body, content_type="application/json").status_code == 400
    assert crashes.seen == []
