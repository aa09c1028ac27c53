"""How many records meet a rule: exact if that is quick, else an honest estimate from a sample at once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Max, Min, Model, QuerySet
from psycopg.errors import QueryCanceled

from crm_site.rules.rule import Rule

if TYPE_CHECKING:
    from crm_site.staff.models import User

# An exact count that takes longer is given up for an estimate, so that both together stay below 300 ms; what the
# planner says costs this much (a look at a million rows costs 30,000) is not even tried.
PATIENCE_MS = 180
COSTLY = 60_000
LONG_PATIENCE_MS = 15_000
WORK_MEM = "96MB"
SAMPLE = 2_000
# So few visible records are asked about one and all; up to WHOLE they are listed to draw from; beyond, keys are
# drawn from their range.
FEW = 6_000
WHOLE = 20_000
SHOWN = 5
# Multiples of the golden section spread evenly and follow no pattern that keys might have.
GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Count:
    """How many records meet a rule, exactly or about; `below`: none of a sample did, so fewer than `number` do."""

    number: int
    exact: bool
    below: bool = False


@dataclass(frozen=True)
class Preview:
    """The count and a few of the records."""

    count: Count
    records: list[Model]


def count_rows(rule: Rule, reader: User | None, *, now: dt.datetime | None = None) -> Count:
    """Return the exact count if it is quick, else an estimate; of what the reader may see."""
    return preview_rows(rule, reader, now=now, shown=0).count


def count_exactly(rule: Rule, reader: User | None, *, now: dt.datetime | None = None) -> Count | None:
    """Return the exact count however long it takes; None when even patience has an end."""
    try:
        with within(LONG_PATIENCE_MS):
            return Count(narrowed(rule, reader, now=now).count(), exact=True)
    except _TooSlowError:
        return None


def preview_rows(rule: Rule, reader: User | None, *, now: dt.datetime | None = None, shown: int = SHOWN) -> Preview:
    """Return the count and up to `shown` records, in at most some 300 ms."""
    rows = narrowed(rule, reader, now=now)
    try:
        with within(PATIENCE_MS):
            if _cost(rows) > COSTLY:
                raise _TooSlowError
            count = Count(rows.count(), exact=True)
        with within(PATIENCE_MS):
            return Preview(count, list(rows[:shown]))
    except _TooSlowError:
        return _sampled(rule, reader, now, shown)
    except EmptyResultSet:
        return Preview(Count(0, exact=True), [])


def first_rows(rule: Rule, reader: User | None, *, now: dt.datetime | None = None, shown: int = SHOWN) -> list[Model]:
    """Return a few records however long it takes; none when even patience has an end."""
    try:
        with within(LONG_PATIENCE_MS):
            return list(narrowed(rule, reader, now=now)[:shown])
    except _TooSlowError:
        return []


def visible_records(rule: Rule, reader: User | None) -> QuerySet[Any]:
    """Return the subject's records that the reader may see; all of them for a job without one."""
    manager: Any = rule.subject.model._default_manager
    rows: QuerySet[Any] = manager.all() if reader is None else manager.visible_to(reader)
    return rows.order_by()


def narrowed(rule: Rule, reader: User | None, *, now: dt.datetime | None = None) -> QuerySet[Any]:
    """Return what of that meets the rule."""
    return rule.narrow(visible_records(rule, reader), reader=reader, now=now)


def _cost(rows: QuerySet[Any]) -> float:
    """Return what the planner expects the rows to cost; raise EmptyResultSet when there can be none."""
    return float(json.loads(rows.explain(format="json"))[0]["Plan"]["Total Cost"])


def _sampled(rule: Rule, reader: User | None, now: dt.datetime | None, shown: int) -> Preview:
    """Ask about a few thousand records spread over those the reader may see, and scale the answer."""
    keys, stands_for = _sample(rule, reader)
    rows = visible_records(rule, reader).filter(pk__in=keys)
    hits = list(rule.narrow(rows, reader=reader, now=now, among=keys).values_list("pk", flat=True)) if keys else []
    records = list(visible_records(rule, reader).filter(pk__in=hits[:shown])) if shown else []
    if len(keys) == stands_for:
        return Preview(Count(len(hits), exact=True), records)
    scale = stands_for / len(keys)
    if hits:
        return Preview(Count(_rounded(len(hits) * scale), exact=False), records)
    # With no hit among so many, three is the most that chance allows (19 times of 20).
    return Preview(Count(_rounded(3 * scale), exact=False, below=True), records)


def _sample(rule: Rule, reader: User | None) -> tuple[list[int], int]:
    """Return keys to ask about, and how many they stand for: all that are visible, some of them, or a range."""
    visible = list(visible_records(rule, reader).values_list("pk", flat=True)[: WHOLE + 1])
    if len(visible) <= FEW:
        return visible, len(visible)
    if len(visible) <= WHOLE:
        return [visible[at] for at in _spread(len(visible))], len(visible)
    manager: Any = rule.subject.model._default_manager
    ends = manager.aggregate(low=Min("pk"), high=Max("pk"))
    span = ends["high"] - ends["low"] + 1
    # Keys drawn from the range stand for all of it, gaps and unseen records included.
    return [ends["low"] + at for at in _spread(span)], span


def _spread(size: int) -> list[int]:
    """Return about SAMPLE positions below `size`, evenly apart, yet in step with no pattern keys might have."""
    return sorted({int((at * GOLDEN) % 1 * size) for at in range(1, SAMPLE + 1)})


def _rounded(figure: float) -> int:
    """Return the figure with two significant digits: more would claim what a sample cannot know."""
    whole = round(figure)
    return int(round(whole, 2 - len(str(whole)))) if whole >= 100 else whole


class _TooSlowError(Exception):
    """The database did not answer in time."""


@contextmanager
def within(milliseconds: int) -> Iterator[None]:
    """Give queries so long, and memory to hash in; everything is rolled back, so the settings go with it."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('work_mem', %s, true),"
                    # Workers would each group all related rows anew.
                    " set_config('max_parallel_workers_per_gather', '0', true)",
                    [f"{milliseconds}ms", WORK_MEM],
                )
            yield
            transaction.set_rollback(True)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise _TooSlowError from error
        raise
