"""Writing timeline entries, singly and for whole imports."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from crm_site.events.verbs import VERBS
from customers.models import Activity

if TYPE_CHECKING:
    from crm_site.staff.models import User

ACTIVITY_COLUMNS = "customer_id, verb, occurred_at, actor_id, subject_kind, subject_id, data, body"


def log_activity(
    customer_id: int | None,
    verb: str,
    occurred_at: dt.datetime,
    *,
    actor: User | None = None,
    subject: tuple[str, int] | None = None,
    data: dict[str, Any] | None = None,
    body: str = "",
) -> None:
    """Write one entry; nothing is written for a walk-in sale. Raises KeyError for an unregistered verb."""
    if customer_id is None:
        return
    kind, pk = subject or ("", None)
    Activity.objects.create(
        customer_id=customer_id,
        verb=VERBS[verb].code,
        occurred_at=occurred_at,
        actor=actor,
        subject_kind=kind,
        subject_id=pk,
        data=data or {},
        body=body,
    )


def activity_row(
    customer_id: int,
    verb: str,
    occurred_at: dt.datetime,
    *,
    actor_id: int | None = None,
    subject: tuple[str, int] | None = None,
    data: dict[str, Any] | None = None,
    body: str = "",
) -> tuple[Any, ...]:
    """Return one entry as values of `ACTIVITY_COLUMNS`, for COPY. Raises KeyError for an unregistered verb."""
    kind, pk = subject or ("", None)
    words = json.dumps(data or {}, ensure_ascii=False)
    return customer_id, VERBS[verb].code, occurred_at, actor_id, kind, pk, words, body


def insert_activities(select: str, params: list[Any], cursor: CursorWrapper | None = None) -> int:
    """Write entries for many records at once; `select` yields `ACTIVITY_COLUMNS` in their order."""
    statement = f"INSERT INTO customers_activity ({ACTIVITY_COLUMNS}) {select}"
    if cursor is not None:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
    with connection.cursor() as own:
        own.execute(statement, params)
        return int(own.rowcount)
