"""A scanner for SQL injection: it shoots at every parameter of an address and judges by four independent signs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client

PAUSE = 0.25
# What breaks a statement, or reads as a part of it, in every place a value can stand.
BREAKING = (
    "'", '"', "\\'", "''", "')", "1'\"", "$$", "/*", "--", ";", "%' ESCAPE '", "1::int4range", "CAST('{mark}' AS int)",
    "' AND 1=CAST('{mark}' AS int) --", "1 AND 1=CAST('{mark}' AS int)", "1 OR {mark}", "' UNION SELECT '{mark}' --",
    "(SELECT {mark})", "name, (SELECT {mark})", "-name; SELECT '{mark}' --", "'||(SELECT '{mark}')||'", "{mark}__in",
    "name__{mark}", "{mark}'", '{mark}"', "{mark}", "%({mark})s", "{{{mark}}}", "\uff07 OR {mark}", "\u02bc{mark}",
    "\x00'{mark}",
)  # fmt: skip
PAIRS = (
    ("{value}' AND 1=1 --", "{value}' AND 1=2 --"),
    ("{value}' OR '1'='1", "{value}' AND '1'='2"),
    ("{value} AND 1=1", "{value} AND 1=2"),
    ("{value}') AND (1=1) --", "{value}') AND (1=2) --"),
    ('{value}" AND 1=1 --', '{value}" AND 1=2 --'),
    ("{value}'/**/AND/**/1=1/**/--", "{value}'/**/AND/**/1=2/**/--"),
)
SLEEPING = (
    "{value}' OR (SELECT 1 FROM pg_sleep({pause})) IS NULL --",
    "{value} OR (SELECT 1 FROM pg_sleep({pause})) IS NULL",
    "{value}') OR (SELECT 1 FROM pg_sleep({pause})) IS NULL --",
    "(SELECT 1 FROM pg_sleep({pause}))",
    "1; SELECT pg_sleep({pause})",
)
Encoding = Callable[[str], str]
ENCODINGS: tuple[Encoding, ...] = (
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    lambda text: quote(text.replace("'", "%c0%a7"), safe="%"),
    lambda text: quote(text.replace(" ", "\t\n"), safe=""),
)


@dataclass(frozen=True)
class Finding:
    """A parameter that reaches the statement, and the sign that told."""

    path: str
    name: str
    sign: str
    payload: str


@dataclass(frozen=True)
class Aim:
    """An address with its parameters and a harmless value of each; `wrap` puts a payload where the value lies."""

    path: str
    values: Mapping[str, str]
    wrap: Callable[[str], str] = str


@dataclass
class Shot:
    """What a request came to: the answer, the statements it ran, and how long the slowest took."""

    status: int
    body: str
    statements: list[str]
    slowest: float
    crash: str


@dataclass
class Scanner:
    """Asks as one person; `names` are the words whose presence in an answer says what was found."""

    client: Client
    names: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    thorough: bool = False
    sent: int = 0

    def ask(self, aim: Aim, given: Mapping[str, str], encode: Encoding = ENCODINGS[0]) -> Shot:
        """Ask once, watch the database meanwhile, and undo what it did."""
        self.sent += 1
        if self.sent % 100 == 0:
            cache.clear()
        query = "&".join(f"{name}={encode(aim.wrap(value))}" for name, value in given.items())
        with watched() as seen, crashing() as crashes, transaction.atomic():
            answer: Any = self.client.get(f"{aim.path}?{query}", headers=dict(self.headers))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        slowest = max((spent for _text, spent in seen), default=0.0)
        crash = crashes[0] if crashes else ""
        return Shot(
            answer.status_code, body.decode("utf-8", "replace"), [text for text, _spent in seen], slowest, crash
        )

    def shows(self, shot: Shot) -> tuple[bool, ...]:
        """Return which of the known names the answer holds."""
        return tuple(name in shot.body for name in self.names)

    def breaking(self, aim: Aim, payloads: Sequence[str] = BREAKING, *, traced: bool = True) -> Iterator[Finding]:
        """Find errors of the server and, when `traced`, marks that stand in the text of a statement."""
        for number, payload in enumerate(payloads):
            marks = {name: f"zq{at}w{number}qz" for at, name in enumerate(aim.values)}
            loaded = {name: payload.replace("{mark}", marks[name]) for name in aim.values}
            for encode in self._encodings(number):
                shot = self.ask(aim, loaded, encode)
                text = "\n".join(shot.statements)
                if traced:
                    for name in (name for name, mark in marks.items() if mark in text):
                        yield Finding(aim.path, name, "in the statement", payload)
                if shot.status >= 500 or shot.crash:
                    for name in self._guilty(aim, loaded, encode):
                        yield Finding(aim.path, name, shot.crash or str(shot.status), payload)

    def _encodings(self, number: int) -> Sequence[Encoding]:
        """Return how a payload is written: plainly, every fourth also in another way, or in every way."""
        if self.thorough:
            return ENCODINGS
        return ENCODINGS[:1] if number % 4 else (ENCODINGS[0], ENCODINGS[1 + number // 4 % 4])

    def _guilty(self, aim: Aim, loaded: Mapping[str, str], encode: Encoding) -> list[str]:
        found = [name for name in loaded if self.ask(aim, {name: loaded[name]}, encode).status >= 500]
        return found or ["+".join(loaded)[:80]]

    def differing(self, aim: Aim, pairs: Sequence[tuple[str, str]] = PAIRS) -> Iterator[Finding]:
        """Find parameters whose answer follows the truth of a condition put behind the value."""
        for name, value in aim.values.items():
            for true, false in pairs:
                yes, no, again = (
                    self.shows(self.ask(aim, {name: text.replace("{value}", value)})) for text in (true, false, true)
                )
                if yes == again != no:
                    yield Finding(aim.path, name, "answers a condition", true)

    def sleeping(self, aim: Aim, payloads: Sequence[str] = SLEEPING) -> Iterator[Finding]:
        """Find parameters that make a statement wait as long as they say, and not when they say nothing."""
        for payload in payloads:
            if self._waits(aim, dict(aim.values), payload):
                for name, value in aim.values.items():
                    if self._waits(aim, {name: value}, payload):
                        yield Finding(aim.path, name, "makes a statement wait", payload)

    def _waits(self, aim: Aim, values: Mapping[str, str], payload: str) -> bool:
        def spent(pause: float) -> float:
            text = payload.replace("{pause}", str(pause))
            return self.ask(aim, {name: text.replace("{value}", value) for name, value in values.items()}).slowest

        return spent(PAUSE) >= PAUSE and spent(0) < PAUSE and spent(2 * PAUSE) >= 2 * PAUSE


@contextmanager
def watched() -> Iterator[list[tuple[str, float]]]:
    """Collect the text of every statement, without its parameters, and how long it took."""
    seen: list[tuple[str, float]] = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.append((str(sql), time.perf_counter() - began))

    with connection.execute_wrapper(watch):
        yield seen


@contextmanager
def crashing() -> Iterator[list[str]]:
    """Collect the exceptions that no view answered for."""
    seen: list[str] = []

    def note(sender: Any, **_more: Any) -> None:
        error = sys.exc_info()[1]
        seen.append(f"{type(error).__name__}: {error}"[:200])

    got_request_exception.connect(note)
    try:
        yield seen
    finally:
        got_request_exception.disconnect(note)
