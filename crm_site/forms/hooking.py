"""Taking in what other services post: signed where a secret is set, each event once, whatever of it fits the form."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare

from crm_site.forms.asking import MOST, read_values
from crm_site.forms.choices import Reason, SubmissionState, Via
from crm_site.forms.mapping import dig, mapped
from crm_site.forms.models import FormHook, Submission
from crm_site.forms.receiving import Arrival, take_in
from crm_site.lib.text import clean_text

MOST_BYTES = 256 * 1024


class UnreadableError(Exception):
    """A message is no JSON object."""


def is_signed(hook: FormHook, body: bytes, said: str) -> bool:
    """Tell whether a message carries the signature of the hook's secret; without a secret every one does."""
    if not hook.secret:
        return True
    expected = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
    return constant_time_compare(said.strip().lower().removeprefix("sha256="), expected)


def is_challenged(hook: FormHook, said: str) -> bool:
    """Tell whether a first call knows the verify token; a hook without one is never verified."""
    return bool(hook.challenge) and constant_time_compare(said, hook.challenge)


def take_message(hook: FormHook, body: bytes) -> tuple[Submission, bool]:
    """Store what a message tells and return it, and whether it is new; raise UnreadableError for no JSON object.

    What does not fit the form is kept as refused, with what was wrong: the service would not send it again.
    """
    data = _read(body)
    event = dig(data, hook.event_path)
    known = f"{event}" if isinstance(event, str | int) and str(event) else hashlib.sha256(body).hexdigest()
    key = f"hook:{hook.pk}:{hashlib.sha256(known.encode()).hexdigest()}"
    given = mapped(data, hook.mapping)
    facts: dict[str, Any] = {"form": hook.form, "key": key, "via": Via.HOOK, "language": ""}
    try:
        values = read_values(hook.form, given)
    except ValidationError as error:
        note = "\n".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
        facts |= {"state": SubmissionState.REFUSED, "reason": Reason.WRONG_VALUES, "note": note}
        values = {name: clean_text(str(value))[:MOST] for name, value in given.items()}
    return take_in(Arrival(values=values, **facts))


def _read(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
        # Half a character, which JSON can spell, is nothing that could be stored.
        json.dumps(data, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    if not isinstance(data, dict):
        raise UnreadableError
    return data
