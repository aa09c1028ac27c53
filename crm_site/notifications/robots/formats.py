"""What each team chat wants to be told, how it wants it signed, and how it says whether it took it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from crm_site.mail.outcomes import DeferredError, RefusedError
from crm_site.notifications.choices import RobotKind

LONGEST = 1800


@dataclass(frozen=True)
class Call:
    """A request as a robot wants it: the path with what signing adds, and the body."""

    path: str
    body: bytes


def wecom(path: str, text: str, secret: str, now: float) -> Call:
    """Write for WeCom: its key stands in the address."""
    return _call(path, {"msgtype": "text", "text": {"content": text}})


def dingtalk(path: str, text: str, secret: str, now: float) -> Call:
    """Write for DingTalk: milliseconds and secret, signed with the secret, go into the address."""
    if secret:
        stamp = str(round(now * 1000))
        sign = quote_plus(_signed(secret.encode(), f"{stamp}\n{secret}".encode()))
        path += f"{'&' if '?' in path else '?'}timestamp={stamp}&sign={sign}"
    return _call(path, {"msgtype": "text", "text": {"content": text}})


def feishu(path: str, text: str, secret: str, now: float) -> Call:
    """Write for Feishu: seconds and secret are the key that signs nothing, and go into the body."""
    # A tag in a text would call people in the chat.
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": text.replace("<", "＜")}}
    if secret:
        stamp = str(int(now))
        body = {"timestamp": stamp, "sign": _signed(f"{stamp}\n{secret}".encode(), b""), **body}
    return _call(path, body)


def slack(path: str, text: str, secret: str, now: float) -> Call:
    """Write for Slack, whose three control characters would call people or hide links."""
    defused = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _call(path, {"text": defused})


WRITERS: dict[str, Callable[[str, str, str, float], Call]] = {
    RobotKind.WECOM: wecom,
    RobotKind.DINGTALK: dingtalk,
    RobotKind.FEISHU: feishu,
    RobotKind.SLACK: slack,
}
# What a chat says in its body with a status of 200: the key of the code, and the codes that mean "later".
CODES: dict[str, tuple[tuple[str, ...], frozenset[int]]] = {
    RobotKind.WECOM: (("errcode",), frozenset((-1, 45009, 45033))),
    RobotKind.DINGTALK: (("errcode",), frozenset((-1, 130101, 130102, 410100))),
    RobotKind.FEISHU: (("code", "StatusCode"), frozenset((11232, 99991400))),
}


def write_call(kind: str, path: str, text: str, secret: str, now: float) -> Call:
    """Return the request that posts a text."""
    return WRITERS[kind](path, text[:LONGEST], secret, now)


def read_answer(kind: str, status: int, body: bytes) -> None:
    """Return when the chat took the text; raise RefusedError or DeferredError as it says."""
    said = f"{status} {body[:300].decode(errors='replace')}"
    if status == 429 or status == 408 or status >= 500:
        raise DeferredError(said)
    if status != 200:
        raise RefusedError(said)
    if kind not in CODES:
        return
    keys, later = CODES[kind]
    try:
        answer = json.loads(body)
        code = next(int(answer[key]) for key in keys if key in answer)
    except (ValueError, TypeError, StopIteration) as error:
        raise RefusedError(said) from error
    if code in later:
        raise DeferredError(said)
    if code:
        raise RefusedError(said)


def _call(path: str, body: dict[str, Any]) -> Call:
    return Call(path, json.dumps(body, ensure_ascii=False).encode())


def _signed(key: bytes, words: bytes) -> str:
    return base64.b64encode(hmac.new(key, words, hashlib.sha256).digest()).decode()
