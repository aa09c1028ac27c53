"""The documents that figures count, as SQL: the rule itself stands in the querysets of sales and service."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from analytics.kpis.periods import DAY
from crm_site.lib.days import beginning
from sales.models import Order

Statement = tuple[str, tuple[Any, ...]]


def statement_of(rows: QuerySet[Any], *columns: str) -> Statement:
    """Return the SQL of some columns of a queryset."""
    statement, params = rows.order_by().values(*columns).query.sql_with_params()
    return statement, tuple(params)


def documents_until(day: dt.date | None) -> Statement:
    """Return counted orders and credits of customers up to a day of the organisation, the day included."""
    rows = Order.objects.counted().exclude(customer=None)
    if day is not None:
        rows = rows.filter(ordered_at__lt=beginning(day + DAY))
    return statement_of(rows, "customer_id", "kind", "ordered_at", "base_total")
