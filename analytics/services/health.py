"""Health scores of customers, written beside their other scores; docs/analytics.md defines them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics import constants
from analytics.services.documents import Statement, statement_of
from crm_site.rules.compiling import limited
from customers.models import CustomerMetrics
from customers.selectors.issues import issue_sources
from sales.models import Order
from service.models import SurveyAnswer

LOCK = """
SELECT count(*) FROM (SELECT 1 FROM customers_customerscore WHERE {mine} ORDER BY customer_id FOR NO KEY UPDATE) locked
"""

# Seconds of a day turn epochs into days. LEAST passes over what is NULL, so the lowest is that of the known parts.
REFRESH = """
WITH facts AS (
    SELECT m.customer_id,
        CASE WHEN m.orders_count > 1 AND m.last_order_at > m.first_order_at THEN
            extract(epoch FROM %s - m.last_order_at)::float8 / 86400 / GREATEST({shortest_gap},
                extract(epoch FROM m.last_order_at - m.first_order_at)::float8 / 86400 / (m.orders_count - 1)) END gaps,
        o.year, o.year_before, a.answer, COALESCE(i.issues, 0) AS issues
    FROM ({metrics}) m
    LEFT JOIN (
        SELECT customer_id, sum(base_total) FILTER (WHERE ordered_at > %s)::float8 AS year,
            sum(base_total) FILTER (WHERE ordered_at <= %s)::float8 AS year_before
        FROM ({documents}) documents GROUP BY customer_id) o USING (customer_id)
    LEFT JOIN (
        SELECT DISTINCT ON (customer_id) customer_id,
            CASE kind WHEN 'nps' THEN score * 10 ELSE (score - 1) * 25 END AS answer
        FROM ({answers}) answers ORDER BY customer_id, answered_at DESC, id DESC) a USING (customer_id)
    LEFT JOIN (SELECT customer_id, count(*) AS issues FROM ({issues}) open GROUP BY customer_id) i USING (customer_id)),
parts AS (
    SELECT customer_id, {rhythm} AS rhythm, {trend} AS trend, answer,
        GREATEST(0, 100 - {an_issue} * issues)::int AS issues
    FROM facts),
scored AS (
    SELECT customer_id, rhythm, trend, answer, issues,
        CASE WHEN COALESCE(rhythm, trend, answer) IS NOT NULL THEN
            floor((({sum})::float8 / ({weight}) + LEAST(rhythm, trend, answer, issues)) / 2 + 0.5)::int END AS health
    FROM parts),
found AS (
    SELECT customer_id, rhythm, trend, answer, issues, COALESCE(health, 0) AS health,
        CASE {words} ELSE '' END AS state
    FROM scored)
UPDATE customers_customerscore s SET health = f.health, health_state = f.state, health_rhythm = f.rhythm,
    health_trend = f.trend, health_answer = f.answer, health_issues = f.issues
FROM found f
WHERE s.customer_id = f.customer_id AND (s.health, s.health_state, s.health_rhythm, s.health_trend, s.health_answer,
    s.health_issues) IS DISTINCT FROM (f.health, f.state, f.rhythm, f.trend, f.answer, f.issues)
"""


def refresh_health(ids: Sequence[int], now: dt.datetime | None = None) -> int:
    """Score the health of these customers (keys, or a range of keys) as it stands now; return the rows changed."""
    if not ids:
        return 0
    now = now or timezone.now()
    year, two_years = (now - dt.timedelta(days=constants.HEALTH_DAYS * spans) for spans in (1, 2))
    metrics = _of(ids, CustomerMetrics.objects.all(), "customer_id", "orders_count", "first_order_at", "last_order_at")
    sold = Order.objects.counted().filter(ordered_at__gt=two_years, ordered_at__lte=now)
    documents = _of(ids, sold, "customer_id", "ordered_at", "base_total")
    recent = SurveyAnswer.objects.filter(answered_at__gt=year, answered_at__lte=now)
    answers = _of(ids, recent, "customer_id", "kind", "score", "answered_at", "id")
    sources = [_of(ids, source.open(now), "customer_id") for source in issue_sources]
    issues: Statement = (
        " UNION ALL ".join(f"({statement})" for statement, _params in sources),
        tuple(value for _statement, params in sources for value in params),
    )
    statement = REFRESH.format(
        metrics=metrics[0], documents=documents[0], answers=answers[0], issues=issues[0], **_formulas()
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # In the order of keys: others that write scores wait instead of deadlocking.
        cursor.execute(*_lock(ids))
        cursor.execute(statement, [now, *metrics[1], year, year, *documents[1], *answers[1], *issues[1]])
        return int(cursor.rowcount)


def _of(ids: Sequence[int], rows: QuerySet[Any], *columns: str) -> Statement:
    return statement_of(limited(rows, "customer_id", ids), *columns)


def _lock(ids: Sequence[int]) -> tuple[str, list[Any]]:
    if isinstance(ids, range):
        return LOCK.format(mine="customer_id >= %s AND customer_id < %s"), [ids.start, ids.stop]
    return LOCK.format(mine="customer_id = ANY(%s)"), [list(ids)]


def _formulas() -> dict[str, Any]:
    """Return the definition's figures in the words of SQL."""
    lost = constants.LOST_AFTER_GAPS
    weights = constants.HEALTH_WEIGHTS
    return {
        "shortest_gap": constants.SHORTEST_GAP,
        "an_issue": constants.POINTS_AN_ISSUE,
        "rhythm": _points(f"100 * ({lost} - gaps) / {lost - 1}", "gaps IS NOT NULL"),
        "trend": _points("100 * year / NULLIF(year_before, 0)", "year_before > 0"),
        "sum": " + ".join(f"COALESCE({name} * {weight}, 0)" for name, weight in weights.items()),
        "weight": " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE {weight} END" for name, weight in weights.items()),
        "words": " ".join(f"WHEN health >= {bound} THEN '{word}'" for bound, word in constants.HEALTH_BOUNDS),
    }


def _points(value: str, known: str) -> str:
    return f"CASE WHEN {known} THEN floor(LEAST(100, GREATEST(0, COALESCE({value}, 0))) + 0.5)::int END"
