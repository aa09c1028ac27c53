"""Writing down which rule fired for which record: one by one, from a stream, or for all a rule meets at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from crm_site.rules.counting import narrowed
from crm_site.rules.models import RuleFiring
from crm_site.rules.rule import Rule

if TYPE_CHECKING:
    from crm_site.staff.models import User

KEPT_DAYS = 180
CHUNK = 10_000
_COLUMNS = "owner_kind, owner_id, rule, record_kind, record_id, event, fired_at, outcome"


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What fired: the code of a rule, what the rule belongs to, and the event that asked it."""

    owner_kind: str
    rule: str
    owner_id: int | None = None
    event: str = ""


@dataclass(frozen=True, kw_only=True)
class Firing:
    """One record that met a rule, and what followed from it."""

    cause: Cause
    record_kind: str
    record_id: int
    outcome: Mapping[str, Any] = field(default_factory=dict)


def log_firing(firing: Firing, *, at: dt.datetime | None = None) -> RuleFiring:
    """Write one firing down."""
    cause = firing.cause
    return RuleFiring.objects.create(
        owner_kind=cause.owner_kind,
        owner_id=cause.owner_id,
        rule=cause.rule,
        event=cause.event,
        record_kind=firing.record_kind,
        record_id=firing.record_id,
        outcome=dict(firing.outcome),
        fired_at=at or timezone.now(),
    )


def log_firings(firings: Iterable[Firing], *, at: dt.datetime | None = None) -> int:
    """Write a stream of firings down by COPY, in constant memory, and return how many."""
    moment, count = at or timezone.now(), 0
    copying = f"COPY {RuleFiring._meta.db_table} ({_COLUMNS}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(copying) as copy:
        for count, one in enumerate(firings, 1):  # noqa: B007 - the last number is the result
            cause, outcome = one.cause, json.dumps(dict(one.outcome))
            whose, what = (cause.owner_kind, cause.owner_id, cause.rule), (one.record_kind, one.record_id)
            copy.write_row((*whose, *what, cause.event, moment, outcome))
    return count


def log_matches(
    cause: Cause,
    rule: Rule,
    *,
    outcome: Mapping[str, Any] | None = None,
    reader: User | None = None,
    at: dt.datetime | None = None,
) -> int:
    """Write a firing down for every record that meets the rule, in one INSERT … SELECT, and return how many."""
    moment = at or timezone.now()
    rows = narrowed(rule, reader, now=moment).values("pk")
    found, params = rows.query.get_compiler(connection=connection, elide_empty=False).as_sql()
    fixed = [cause.owner_kind, cause.owner_id, cause.rule, rule.subject.code]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {RuleFiring._meta.db_table} ({_COLUMNS}) "
            f"SELECT %s, %s::bigint, %s, %s, met.key, %s, %s, %s::jsonb FROM ({found}) AS met (key)",
            [*fixed, cause.event, moment, json.dumps(dict(outcome or {})), *params],
        )
        return int(cursor.rowcount)


def forget_firings(before: dt.datetime, *, limit: int = CHUNK) -> int:
    """Delete up to `limit` firings from before a moment, oldest first, and return how many."""
    old = RuleFiring.objects.filter(fired_at__lt=before).order_by("fired_at", "pk").values("pk")[:limit]
    return RuleFiring.objects.filter(pk__in=old).delete()[0]
