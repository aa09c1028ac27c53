"""A team chat of our own on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings


@dataclass
class Receiver:
    """Keeps what was posted, and answers as a test wants it."""

    url: str = ""
    posted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    status: int = 200
    answer: str = '{"errcode": 0, "code": 0}'
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


def start_receiver() -> tuple[Receiver, ThreadingHTTPServer]:
    """Start a receiver on a free port of loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posted.append((self.path, json.loads(body)))
            if receiver.silent:
                self.connection.close()
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.answer.encode())

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/robot?key=secret"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return receiver, server


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver that the settings let robots call."""
    settings.ROBOT_INSIDE_HOSTS = ["127.0.0.1"]
    made, server = start_receiver()
    yield made
    server.shutdown()
    server.server_close()
