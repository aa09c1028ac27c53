"""The one way in which something goes out: claim, commit, send, commit.

A worker that dies in between leaves its row "being sent"; the sweep calls such a row unknown, since nobody can tell
whether the words arrived, and only a person sends it again.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from crm_site.mail.choices import SendingState
from crm_site.mail.models import Outgoing
from crm_site.mail.outcomes import AmbiguousError, DeferredError, RefusedError

log = structlog.get_logger(__name__)

# 1, 2, 4 … 60 minutes: together about six hours.
MAX_ATTEMPTS = 12
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
# Longer than any attempt takes with its time-outs.
LOST_AFTER = dt.timedelta(minutes=10)

Row = TypeVar("Row", bound=Outgoing)


def send_due(model: type[Row], transmit: Callable[[Row], None], limit: int = 200) -> int:
    """Send what is due, and return how many attempts were made; any number of workers may do this at once."""
    tried = 0
    while tried < limit:
        row = claim(model)
        if row is None:
            break
        settle(row, transmit)
        tried += 1
    return tried


def claim(model: type[Row]) -> Row | None:
    """Take one due row for this worker, and commit that it is taken; None when nothing is due."""
    rows = model._default_manager
    with transaction.atomic(durable=True):
        found: Row | None = (
            rows.select_for_update(skip_locked=True)
            .filter(state=SendingState.QUEUED, due_at__lte=timezone.now())
            .order_by("due_at", "pk")
            .first()
        )
        if found is None:
            return None
        # The moment is also the sign by which this worker knows its own attempt again.
        found.claimed_at, found.attempts = timezone.now(), found.attempts + 1
        rows.filter(pk=found.pk).update(
            state=SendingState.SENDING, claimed_at=found.claimed_at, attempts=found.attempts
        )
    return found


def settle(row: Outgoing, transmit: Callable[[Row], None]) -> SendingState:
    """Send a row that was claimed, and write down how it ended."""
    try:
        transmit(row)  # type: ignore[arg-type]  # the caller pairs rows and their transmission
    except RefusedError as error:
        return _write(row, SendingState.BOUNCED, error)
    except DeferredError as error:
        if row.attempts >= MAX_ATTEMPTS:
            return _write(row, SendingState.BOUNCED, error)
        return _write(row, SendingState.QUEUED, error)
    except AmbiguousError as error:
        return _write(row, SendingState.UNKNOWN, error)
    except Exception as error:
        # A fault of our own: it may have struck after the words went out.
        log.exception("sending_failed", row=row.pk)
        return _write(row, SendingState.UNKNOWN, error)
    return _write(row, SendingState.SENT, None)


def _write(row: Outgoing, state: SendingState, error: Exception | None) -> SendingState:
    values: dict[str, object] = {"state": state, "error": f"{error}"[:2000] if error else "", "settled_at": Now()}
    if state is SendingState.QUEUED:
        values |= {"settled_at": None, "due_at": timezone.now() + wait_before(row.attempts + 1)}
    rows = type(row)._default_manager
    # The sweep may have called it unknown meanwhile; this worker knows better, unless somebody has sent it anew.
    rows.filter(pk=row.pk, claimed_at=row.claimed_at, state__in=(SendingState.SENDING, SendingState.UNKNOWN)).update(
        **values
    )
    return state


def wait_before(attempt: int) -> dt.timedelta:
    """Return how long to wait before that attempt: doubling, with jitter so that a crowd comes back one by one."""
    wait: dt.timedelta = min(FIRST_WAIT * 2 ** min(max(attempt - 2, 0), MAX_ATTEMPTS), LONGEST_WAIT)
    return wait * (1 + secrets.randbelow(500) / 1000)


def give_up_lost(model: type[Row]) -> int:
    """Call rows unknown whose worker has died, and return how many there were."""
    rows = model._default_manager
    lost = rows.filter(state=SendingState.SENDING, claimed_at__lt=timezone.now() - LOST_AFTER)
    count = int(lost.update(state=SendingState.UNKNOWN, error="the worker died while sending", settled_at=Now()))
    if count:
        log.warning("sending_lost", kind=model.__name__, count=count)
    return count
