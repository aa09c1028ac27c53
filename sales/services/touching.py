"""What follows from what happens around a deal: when it was touched last, when it rots, and what is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection

from crm_site.history.origin import origin
from sales.choices import DealStatus
from sales.models import Stage

SUBJECT = "opportunity"

TOUCH = """
UPDATE sales_opportunity d SET touched_at = %s, rots_at = %s::timestamptz + make_interval(days => s.rot_days)
FROM sales_stage s WHERE s.id = d.stage_id AND d.id = ANY(%s) AND d.status = 'open' AND d.touched_at < %s
"""
ROT = """
UPDATE sales_opportunity d SET rots_at = wanted.at FROM (
    SELECT o.id, CASE o.status WHEN 'open' THEN o.touched_at + make_interval(days => s.rot_days) END AS at
    FROM sales_opportunity o JOIN sales_stage s ON s.id = o.stage_id WHERE {which}) wanted
WHERE d.id = wanted.id AND d.rots_at IS DISTINCT FROM wanted.at
"""


def rotting_from(status: str, stage: Stage, touched_at: dt.datetime) -> dt.datetime | None:
    """Return from when a deal in that stage is stalled; None for never."""
    if status != DealStatus.OPEN or stage.rot_days is None:
        return None
    return touched_at + dt.timedelta(days=stage.rot_days)


def touch_opportunities(ids: Iterable[int], at: dt.datetime) -> None:
    """Say that somebody did something about these open deals at that moment; what was later stays."""
    _derive(TOUCH, at, at, list(ids), at)


def refresh_rotting(ids: Iterable[int]) -> None:
    """Derive anew from when these deals are stalled."""
    _derive(ROT.format(which="o.id = ANY(%s)"), list(ids))


def refresh_rotting_of_stage(stage: Stage) -> None:
    """Derive anew from when the open deals of a stage are stalled, after its days changed."""
    _derive(ROT.format(which="o.stage_id = %s AND o.status = 'open'"), stage.pk)


def refresh_next_steps(ids: Iterable[int]) -> None:
    """Take the next step of these deals from their open tasks anew.

    The database does so by itself whenever tasks are written; a deal that comes back from the trash asks for it.
    """
    _derive("SELECT sales_next_steps(%s)", list(ids))


def _derive(statement: str, *params: Any) -> None:
    """Run a statement that leaves no history: what it writes follows from what else is told."""
    with origin(silent=True), connection.cursor() as cursor:
        cursor.execute(statement, params)
