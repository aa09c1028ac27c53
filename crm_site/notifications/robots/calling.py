"""Calling a robot: one request, no redirects, bounded in time and size."""

from __future__ import annotations

import http.client
import ssl
import time

from django.core.exceptions import ValidationError

from crm_site.mail.outcomes import AmbiguousError, DeferredError, RefusedError
from crm_site.notifications.robots.addresses import ForbiddenAddressError, Target, connect, read_target
from crm_site.notifications.robots.formats import read_answer, write_call

TIMEOUT = 10.0
LONGEST_ANSWER = 64 * 1024


def post(kind: str, url: str, secret: str, text: str) -> None:
    """Post a text to a robot.

    Raises RefusedError, also for an address that must not be called, DeferredError when nothing was taken, and
    AmbiguousError when no answer came to what was sent.
    """
    try:
        target = read_target(url)
    except ValidationError as error:
        raise RefusedError(" ".join(error.messages)) from error
    call = write_call(kind, target.path, text, secret, time.time())
    status, body = _request(target, call.path, call.body)
    read_answer(kind, status, body)


def _request(target: Target, path: str, body: bytes) -> tuple[int, bytes]:
    line = _open(target)
    try:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "GuanxiCRM", "Connection": "close"}
        try:
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read(LONGEST_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            raise AmbiguousError(_said(error)) from error
    finally:
        line.close()


def _open(target: Target) -> http.client.HTTPConnection:
    """Return a connection whose socket leads to the address that was checked, and nowhere else."""
    try:
        plain = connect(target, TIMEOUT)
        try:
            # The certificate is still checked against the host's name.
            context = ssl.create_default_context()
            socket = context.wrap_socket(plain, server_hostname=target.host) if target.secure else plain
        except OSError:
            plain.close()
            raise
    except ForbiddenAddressError as error:
        raise RefusedError(_said(error)) from error
    except (OSError, UnicodeError) as error:
        raise DeferredError(_said(error)) from error
    line = http.client.HTTPConnection(target.host, target.port, timeout=TIMEOUT)
    line.sock = socket
    return line


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
