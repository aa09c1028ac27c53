"""Taking in what other services post: signed where a secret is set, each event once, whatever of it fits the form."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from crm_site.forms.asking import MOST, read_values
from crm_site.forms.choices import Reason, SubmissionState, Via
from crm_site.forms.mapping import dig, gather, mapped
from crm_site.forms.models import FormHook, Submission
from crm_site.forms.receiving import Arrival, take_in
from crm_site.lib.text import clean_text

MOST_BYTES = 256 * 1024
MOST_ITEMS = 200


class UnreadableError(Exception):
    """A message is no JSON object."""


class TooManyError(Exception):
    """A call brings more messages than are taken at once."""


def is_signed(hook: FormHook, body: bytes, said: str) -> bool:
    """Tell whether a message carries the signature of the hook's secret; without a secret every one does."""
    if not hook.secret:
        return True
    expected = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    return constant_time_compare(said.strip().lower().removeprefix("sha256="), expected)


def is_challenged(hook: FormHook, said: str) -> bool:
    """Tell whether a first call knows the verify token; a hook without one is never verified."""
    return bool(hook.challenge) and constant_time_compare(said, hook.challenge)


def take_messages(hook: FormHook, body: bytes) -> list[tuple[Submission, bool]]:
    """Store what a call tells and return each submission, and whether it is new.

    A call may bring several: a list of objects, or objects with a list at the hook's path. What does not fit the form
    is kept as refused, with what was wrong: the service would not send it again. Raises UnreadableError for what is no
    JSON object, and TooManyError for more than `MOST_ITEMS`.
    """
    data = _read(body)
    roots = data if isinstance(data, list) else [data]
    if not hook.list_path:
        items = roots
    else:
        items = [item for root in roots for item in gather(root, hook.list_path)]
        if not items:
            note = _("“%(path)s” leads to nothing in this message.") % {"path": hook.list_path}
            return [_take_in(hook, {}, _digest(body), SubmissionState.REFUSED, note)]
    if len(items) > MOST_ITEMS:
        raise TooManyError
    return [_take_one(hook, item, body if item is data else _bytes(item)) for item in items]


def _take_one(hook: FormHook, item: Any, body: bytes) -> tuple[Submission, bool]:
    """Store one message; it is known again by the id of its event, or else by all that it says."""
    event = dig(item, hook.event_path)
    known = f"{event}" if isinstance(event, str | int) and str(event) else _digest(body)
    given = mapped(item, hook.mapping)
    try:
        values = read_values(hook.form, given)
    except ValidationError as error:
        note = "\n".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
        kept = {name: clean_text(str(value))[:MOST] for name, value in given.items()}
        return _take_in(hook, kept, known, SubmissionState.REFUSED, note)
    return _take_in(hook, values, known, SubmissionState.RECEIVED)


def _take_in(
    hook: FormHook, values: Mapping[str, Any], known: str, state: SubmissionState, note: str = ""
) -> tuple[Submission, bool]:
    key = f"hook:{hook.pk}:{_digest(known.encode())}"
    reason = Reason.WRONG_VALUES if state == SubmissionState.REFUSED else None
    arrival = Arrival(
        form=hook.form, key=key, via=Via.HOOK, values=values, language="", state=state, reason=reason, note=note
    )
    return take_in(arrival)


def _digest(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()


def _bytes(item: Any) -> bytes:
    return json.dumps(item, sort_keys=True).encode()


def _read(body: bytes) -> dict[str, Any] | list[dict[str, Any]]:
    try:
        data = json.loads(body)
        # Half a character, which JSON can spell, is nothing that could be stored.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    if isinstance(data, list) and data and all(isinstance(one, dict) for one in data):
        return data
    if not isinstance(data, dict):
        raise UnreadableError
    return data
