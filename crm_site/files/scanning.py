"""Asking a virus scanner: a command, or clamd at its socket."""

from __future__ import annotations

import shlex
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 120
CHUNK = 64 * 1024


class ScannerError(Exception):
    """The scanner gave no verdict: the file waits and is asked about again."""


def is_clean(path: Path) -> bool:
    """Return the scanner's verdict; raise ScannerError without one.

    `FILE_SCANNER` is `clamd:///run/clamd.sock`, `clamd://host:3310`, or a command that gets the path as its last
    word and answers with 0 (clean) or 1 (infected).
    """
    scanner = settings.FILE_SCANNER
    try:
        return _ask_clamd(scanner, path) if scanner.startswith("clamd://") else _ask_command(scanner, path)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise ScannerError(f"{type(error).__name__}: {error}") from error


def _ask_command(command: str, path: Path) -> bool:
    # The administrator's own words, and a path made of a digest.
    words = [*shlex.split(command), str(path)]
    done = subprocess.run(words, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603 - no shell reads them
    if done.returncode not in (0, 1):
        raise ScannerError(f"the command answered {done.returncode}: {done.stderr[:200].decode(errors='replace')}")
    return done.returncode == 0


def _ask_clamd(address: str, path: Path) -> bool:
    with _line(address) as line, path.open("rb") as source:
        line.sendall(b"zINSTREAM\0")
        while chunk := source.read(CHUNK):
            line.sendall(len(chunk).to_bytes(4, "big") + chunk)
        line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and (part := line.recv(1024)) and len(answer) < CHUNK:
            answer += part
    said = answer.rstrip(b"\0").decode(errors="replace")
    if said.endswith(" FOUND"):
        return False
    if said.endswith(": OK"):
        return True
    raise ScannerError(f"clamd said: {said[:200]}")


def _line(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=TIMEOUT)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(TIMEOUT)
    try:
        line.connect(parts.path)
    except OSError:
        line.close()
        raise
    return line
