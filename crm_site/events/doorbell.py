"""Redis as a doorbell: it only says that there is work, so a lost ring costs seconds and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)


def ring(task: str, *args: Any) -> None:
    """Wake a worker for `task` now; a missing broker is logged, since a sweep finds the work anyway."""
    try:
        current_app.send_task(task, args=args, ignore_result=True, retry=False)
    except Exception as error:  # any broker failure must not fail a request whose data is safe
        log.warning("doorbell_unheard", task=task, error=str(error))


def ring_on_commit(task: str, *args: Any) -> None:
    """Wake a worker for `task` when the current transaction commits."""
    transaction.on_commit(partial(ring, task, *args))
