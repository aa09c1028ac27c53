"""Who belongs to which segment, computed set-based and with the same statement for one customer and for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.history.origin import origin
from crm_site.rules import RuleError, load_rule
from crm_site.rules.compiling import limited
from customers.events import SegmentMembersMoved
from customers.models import Customer, Segment, SegmentMember, SegmentPick, SegmentState
from customers.services.segment_order import in_order

# Customers of one bucket are computed by one worker at a time: the later one sees what the earlier one saw.
BUCKET = 10_000
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('customers_standing'), %s)"

REFRESH = """
WITH wanted(id) AS MATERIALIZED ({wanted}),
gone AS (
    DELETE FROM customers_segmentmember m WHERE m.segment_id = %s AND {mine} AND NOT EXISTS (
        SELECT FROM wanted w WHERE w.id = m.customer_id)
    RETURNING m.customer_id),
came AS (
    INSERT INTO customers_segmentmember (segment_id, customer_id, since)
    SELECT %s, w.id, now() FROM wanted w WHERE NOT EXISTS (
        SELECT FROM customers_segmentmember m WHERE m.segment_id = %s AND m.customer_id = w.id)
    ON CONFLICT DO NOTHING RETURNING customer_id),
moves AS (
    INSERT INTO customers_segmentmove (segment_id, customer_id, entered, moved_at)
    SELECT %s, customer_id, true, now() FROM came WHERE %s
    UNION ALL SELECT %s, customer_id, false, now() FROM gone WHERE %s
    RETURNING id)
SELECT (SELECT count(*) FROM came), (SELECT count(*) FROM gone), COALESCE(min(id), 0), COALESCE(max(id), 0) FROM moves
"""
NOBODY = "SELECT id FROM customers_customer WHERE false"


def lock_standing(ids: Sequence[int]) -> None:
    """Wait until nobody else computes the stages and segments of these customers; inside a transaction."""
    ends = (ids.start, ids.stop - 1) if isinstance(ids, range) else ids
    with connection.cursor() as cursor:
        for bucket in sorted({pk // BUCKET for pk in ends}):
            cursor.execute(_LOCK, [bucket])


def key_condition(column: str, ids: Sequence[int]) -> tuple[str, list[Any]]:
    """Return the SQL that a key is one of these, with its parameters; a range lies within one bucket."""
    if isinstance(ids, range):
        return f"{column} >= %s AND {column} < %s", [ids.start, ids.stop]
    return f"{column} = ANY(%s)", [list(ids)]


def refresh_members(ids: Sequence[int], segments: Sequence[Segment] | None = None) -> int:
    """Compute again whether these customers belong to each filled segment (or to those given); return the moves.

    Segments that others speak of come first. Every move is written down and published, except while a segment is
    filled for the first time. Must run in a transaction that holds `lock_standing`.
    """
    if not ids:
        return 0
    found = in_order(Segment.objects.filter(state__filled_at__isnull=False)) if segments is None else segments
    return sum(_refresh(segment, ids) for segment in found)


def _refresh(segment: Segment, ids: Sequence[int]) -> int:
    wanted, params = _wanted(segment, ids)
    mine, keys = key_condition("m.customer_id", ids)
    filled = segment.state.filled_at is not None
    values = [*params, segment.pk, *keys, segment.pk, segment.pk, segment.pk, filled, segment.pk, filled]
    # The moves are a history themselves, and go along with an undo; only their loss is written down.
    with origin(silent=True), connection.cursor() as cursor:
        cursor.execute(REFRESH.format(wanted=wanted, mine=mine), values)
        came, gone, first, last = cursor.fetchone()
        if came or gone:
            cursor.execute(
                "UPDATE customers_segmentstate SET size = GREATEST(size + %s, 0) WHERE segment_id = %s",
                [came - gone, segment.pk],
            )
    if filled:
        publish_batch(
            SegmentMembersMoved(
                count=came + gone,
                source=f"segment:{segment.pk}",
                segment_id=segment.pk,
                entered=came,
                left=gone,
                first_move=first,
                last_move=last,
            )
        )
    return int(came + gone)


def _wanted(segment: Segment, ids: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL of the keys that belong, of those given; a rule that means nothing any more keeps nobody."""
    if not segment.is_dynamic:
        picks = SegmentPick.objects.filter(segment=segment)
        rows: Any = limited(picks, "customer_id", ids).values("customer_id")
    else:
        try:
            rule = load_rule("customer", segment.rule)
        except RuleError:
            return NOBODY, ()
        among = limited(Customer.objects.order_by(), "pk", ids)
        rows = rule.narrow(among, among=ids).values("pk")
    try:
        statement, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return NOBODY, ()
    return statement, tuple(params)


def settle_segment(segment: Segment) -> int:
    """Note that a segment is filled, and count its members exactly; return how many they are."""
    with transaction.atomic():
        state = SegmentState.objects.select_for_update().get(pk=segment.pk)
        state.size = SegmentMember.objects.filter(segment=segment).count()
        changed = {"size": state.size, "checked_at": Now()}
        if state.filled_at is None:
            changed["filled_at"] = Now()
        SegmentState.objects.filter(pk=segment.pk).update(**changed)
    return state.size
