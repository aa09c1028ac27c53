"""Where customers stand: asked of the rules for one customer or many, decided by people where they know better."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm_site.events.publishing import publish_batch
from crm_site.history.origin import origin
from crm_site.lib.days import organisation_today
from crm_site.rules import load_rule, parse_rule
from crm_site.rules.choosing import NONE, first_met
from crm_site.rules.compiling import limited
from customers.choices import Stage
from customers.events import CustomersMovedStage, StageDecided
from customers.models import Customer, LifecycleRule, StageOverride
from customers.services.classes import refresh_classes
from customers.services.membership import lock_standing, refresh_members

if TYPE_CHECKING:
    from crm_site.staff.models import User

MOVE = """
WITH found(id, met) AS MATERIALIZED ({found}),
meaning AS (SELECT * FROM unnest(%(met)s::int[], %(stages)s::text[], %(rules)s::bigint[]) AS m(met, stage, rule_id)),
due AS (
    SELECT c.id, c.stage AS former, m.stage AS later, m.rule_id,
        CASE WHEN c.id = ANY(%(ended)s) THEN 'expiry' ELSE 'rule' END AS cause
    FROM found f JOIN meaning m USING (met) JOIN customers_customer c ON c.id = f.id
    WHERE c.stage <> m.stage AND NOT EXISTS (SELECT FROM customers_stageoverride o WHERE o.customer_id = c.id)),
changed AS (
    UPDATE customers_customer c SET stage = d.later, updated_at = now() FROM due d WHERE c.id = d.id),
told AS (
    INSERT INTO customers_activity (customer_id, verb, occurred_at, subject_kind, data, body)
    SELECT id, 'customer.stage_' || later, now(), '', '{{}}'::jsonb, '' FROM due),
moves AS (
    INSERT INTO customers_stagemove (customer_id, before, after, cause, rule_id, reason, moved_at)
    SELECT id, former, later, cause, rule_id, '', now() FROM due RETURNING id)
SELECT count(*), COALESCE(min(id), 0), COALESCE(max(id), 0) FROM moves
"""

DECIDE = """
WITH due AS (
    SELECT id, stage AS former FROM customers_customer WHERE id = ANY(%(ids)s) AND stage <> %(stage)s),
told AS (
    INSERT INTO customers_activity (customer_id, verb, occurred_at, actor_id, subject_kind, data, body)
    SELECT id, 'customer.stage_' || %(stage)s, now(), %(actor)s, '', '{}'::jsonb, %(reason)s FROM due)
INSERT INTO customers_stagemove (customer_id, before, after, cause, reason, moved_by_id, moved_at)
SELECT id, former, %(stage)s, 'person', %(reason)s, %(actor)s, now() FROM due
"""

OVERRIDE = """
INSERT INTO customers_stageoverride (customer_id, stage, reason, until, decided_by_id, decided_at)
SELECT k, %(stage)s, %(reason)s, %(until)s, %(actor)s, now() FROM unnest(%(ids)s::bigint[]) AS k
ON CONFLICT (customer_id) DO UPDATE SET stage = EXCLUDED.stage, reason = EXCLUDED.reason, until = EXCLUDED.until,
    decided_by_id = EXCLUDED.decided_by_id, decided_at = now()
"""


def refresh_standing(ids: Sequence[int]) -> int:
    """Ask the rules again where these customers stand, their classes, and their segments; return the moves."""
    keys = sorted(set(ids))
    if not keys:
        return 0
    with transaction.atomic():
        lock_standing(keys)
        moves = refresh_stages(keys)
        refresh_classes(keys)
        return moves + refresh_members(keys)


def refresh_stages(ids: Sequence[int]) -> int:
    """Move customers to the stage that the rules say, except those whom somebody placed; return the moves.

    Decisions whose time is over end here. Must run in a transaction that holds `lock_standing`.
    """
    in_force = list(LifecycleRule.objects.in_force())
    among: QuerySet[Any] = limited(Customer.objects.order_by(), "pk", ids)
    rules = [load_rule("customer", one.rule) for one in in_force]
    found, params = first_met(among, rules, among=ids).values("pk", "met").query.sql_with_params()
    values = {
        "met": [NONE, *range(len(in_force))],
        "stages": [Stage.PROSPECT.value, *(one.stage for one in in_force)],
        "rules": [None, *(one.pk for one in in_force)],
        "ended": _end_decisions(ids),
    }
    # The moves are the history: the stage itself follows from the rules, and an undo need not mind it.
    with origin(silent=True), connection.cursor() as cursor:
        cursor.execute(*_merged(MOVE, found, params, values))
        moved, first, last = cursor.fetchone()
    publish_batch(CustomersMovedStage(count=moved, first_move=first, last_move=last))
    return int(moved)


def _end_decisions(ids: Sequence[int]) -> list[int]:
    """Take away the decisions of these customers whose day is over, and return whose they were."""
    over = limited(StageOverride.objects.filter(until__lt=organisation_today()), "pk", ids)
    keys = list(over.values_list("pk", flat=True))
    if keys:
        StageOverride.objects.filter(pk__in=keys).delete()
    return keys


def _merged(outer: str, inner: str, params: Sequence[Any], values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Put a statement with numbered places into one with named places."""
    named = {f"found_{at}": value for at, value in enumerate(params)}
    places = iter(named)
    told = re.sub("%[s%]", lambda found: found[0] if found[0] == "%%" else f"%({next(places)})s", inner)
    return outer.format(found=told), {**values, **named}


def decide_stage(customer: Customer, stage: str, reason: str, until: dt.date | None, user: User) -> None:
    """Place a customer in a stage whatever the rules say, for a reason and perhaps for a time."""
    with transaction.atomic():
        place_customers([customer.pk], stage, user, reason=reason, until=until)
        Customer.objects.filter(pk=customer.pk).update(stage=stage, updated_at=timezone.now())
        refresh_classes([customer.pk])
        refresh_members([customer.pk])


def withdraw_decision(customer: Customer, user: User) -> None:
    """Leave a customer's stage to the rules again."""
    with transaction.atomic():
        lock_standing([customer.pk])
        StageOverride.objects.filter(customer=customer).delete()
        publish_batch(StageDecided(count=1, stage="", customer_id=customer.pk), user)
        refresh_stages([customer.pk])
        refresh_classes([customer.pk])
        refresh_members([customer.pk])


def place_customers(
    keys: Sequence[int], stage: str, actor: User | None, *, reason: str = "", until: dt.date | None = None
) -> None:
    """Write down that somebody placed customers in a stage; the caller writes the stage itself.

    Called before the stage is written, since the move is told from what stands there.
    """
    values = {
        "ids": list(keys), "stage": stage, "reason": reason, "until": until, "actor": actor.pk if actor else None,
    }  # fmt: skip
    lock_standing(keys)
    with connection.cursor() as cursor:
        cursor.execute(DECIDE, values)
        cursor.execute(OVERRIDE, values)
    only = keys[0] if len(keys) == 1 else 0
    publish_batch(StageDecided(count=len(keys), stage=stage, customer_id=only), actor)


def change_lifecycle_rule(stage: str, rule: Mapping[str, Any], user: User | None) -> LifecycleRule:
    """Put another rule in the place of a stage's present one, which is kept; raise RuleError for a bad one."""
    stored = parse_rule("customer", dict(rule)).to_json()
    with transaction.atomic():
        present = LifecycleRule.objects.select_for_update().get(stage=stage, retired_at=None)
        if present.rule == stored:
            return present
        present.retired_at = timezone.now()
        present.save(update_fields=["retired_at"])
        return LifecycleRule.objects.create(stage=stage, rule=stored, position=present.position)
