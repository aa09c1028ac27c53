"""Purchase histories of all customers as arrays, read by one statement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection

from analytics.estimation.maximising import Floats
from analytics.services.columns import Column, read_columns
from analytics.services.documents import documents_until
from crm_site.lib.days import organisation_today

# Purchases of one day are one; the first day is no repeat. Spend is that of repeat days, before credits.
# `net` holds all orders less credits up to the day, for values from a customer's own history.
HISTORIES = """
WITH days AS (
    SELECT customer_id, (ordered_at AT TIME ZONE %s)::date AS day,
        sum(base_total) FILTER (WHERE kind = 'order') AS spent, sum(base_total) AS net,
        bool_or(kind = 'order') AS bought
    FROM ({documents}) documents GROUP BY 1, 2),
histories AS (
    SELECT customer_id, count(*) FILTER (WHERE bought AND day <= %s) - 1 AS repeats,
        min(day) FILTER (WHERE bought) AS first_day, max(day) FILTER (WHERE bought AND day <= %s) AS last_day,
        sum(spent) FILTER (WHERE bought AND day <= %s) AS spent, sum(net) FILTER (WHERE day <= %s) AS net,
        count(*) FILTER (WHERE bought AND day > %s) AS later,
        (array_agg(spent ORDER BY day) FILTER (WHERE bought))[1] AS first_spent
    FROM days GROUP BY customer_id HAVING count(*) FILTER (WHERE bought AND day <= %s) > 0)
SELECT h.customer_id AS customer, COALESCE(c.owner_id, 0) AS owner, COALESCE(c.team_id, 0) AS team,
    h.repeats AS x, h.last_day - h.first_day AS last_age, %s::date - h.first_day AS age,
    CASE WHEN h.repeats > 0 THEN (h.spent - h.first_spent) / h.repeats ELSE 0 END AS spend, h.net, h.later
FROM histories h JOIN customers_customer c ON c.id = h.customer_id ORDER BY h.customer_id
"""
COLUMNS = {
    "customer": "int", "owner": "int", "team": "int", "x": "float", "last_age": "float", "age": "float",
    "spend": "float", "net": "float", "later": "float",
}  # fmt: skip


@dataclass(frozen=True)
class History:
    """One entry a customer: ages in days, repeat purchase days, mean spend of those, net revenue, later days."""

    customer: Column
    owner: Column
    team: Column
    x: Floats
    last_age: Floats
    age: Floats
    spend: Floats
    net: Floats
    later: Floats

    @property
    def size(self) -> int:
        """Return the number of customers."""
        return len(self.customer)

    @property
    def repeaters(self) -> int:
        """Return the number of customers with a repeat purchase."""
        return int(np.count_nonzero(self.x > 0))


def read_histories(until: dt.date) -> History:
    """Return the histories up to the day `until`, with the purchase days after it counted as `later`."""
    documents, params = documents_until(None)
    zone = settings.ORGANISATION_TIME_ZONE
    return History(**read_columns(HISTORIES.format(documents=documents), [zone, *params, *[until] * 7], COLUMNS))


def days_with_orders() -> tuple[dt.date, dt.date] | None:
    """Return the first and the last day with a customer's order up to today, or None without any."""
    documents, params = documents_until(organisation_today())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (min(ordered_at) AT TIME ZONE %s)::date, (max(ordered_at) AT TIME ZONE %s)::date "
            f"FROM ({documents}) documents WHERE kind = 'order'",
            [settings.ORGANISATION_TIME_ZONE] * 2 + list(params),
        )
        first, last = cursor.fetchone()
    return (first, last) if first is not None else None


def last_day_with_order() -> dt.date | None:
    """Return the last day with a customer's order, in the future too: the end of a hold-out."""
    documents, params = documents_until(None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (max(ordered_at) AT TIME ZONE %s)::date FROM ({documents}) documents WHERE kind = 'order'",
            [settings.ORGANISATION_TIME_ZONE, *params],
        )
        found: dt.date | None = cursor.fetchone()[0]
    return found
