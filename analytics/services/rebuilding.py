"""Rebuilding all counters and facts from the rows, in chunks that are remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.kpis.periods import DAY, months_later
from analytics.services import facts, report_facts
from analytics.services.figures import refresh_customers, stale_customers
from analytics.services.slices import refresh_rfm_slices, refresh_value_slices
from crm_site.jobs.context import JobContext

# How many customers are compared with their rows at a time.
CHUNK = 5_000
Refresh = Callable[[dt.date, dt.date], None]

MONTHLY: tuple[tuple[str, str, tuple[str, ...], str, Refresh], ...] = (
    ("sales", "sales_order", ("ordered_at",), "analytics_salesday", facts.refresh_sales),
    ("deals", "sales_opportunity", ("opened_at", "closed_at"), "analytics_dealday", facts.refresh_deals),
    ("stages", "sales_opportunity", ("opened_at",), "analytics_stageday", report_facts.refresh_stages),
    ("slices", "sales_opportunity", ("closed_at",), "analytics_dealslice", report_facts.refresh_deal_slices),
    ("leads", "sales_lead", ("received_at",), "analytics_leadday", report_facts.refresh_leads),
    ("answers", "service_surveyanswer", ("answered_at",), "analytics_surveyday", facts.refresh_answers),
    (
        "first_orders",
        "customers_customermetrics",
        ("first_order_at",),
        "analytics_firstorderday",
        facts.refresh_first_orders,
    ),
)


def rebuild(run: JobContext) -> dict[str, int]:
    """Rebuild everything that is kept live; a resumed run goes on after its last chunk. Returns what was done."""
    _rebuild_customers(run)
    for name, table, columns, fact, refresh in MONTHLY:
        _rebuild_months(run, name, facts.months_of(table, columns, fact), refresh)
    refresh_rfm_slices()
    refresh_value_slices()
    return run.counts


def _rebuild_customers(run: JobContext) -> None:
    last = int(run.checkpoint.get("customer", 0))
    total = _count_customers()
    done = int(run.counts.get("customers", 0))
    while ids := _next_customers(last):
        run.raise_if_cancelled()
        stale = stale_customers(ids[0], ids[-1])
        with transaction.atomic():
            changed = refresh_customers(stale, with_days=False)
            run.count(customers=len(ids), changed=changed)
            last = ids[-1]
            run.save_checkpoint(customer=last)
        done += len(ids)
        run.progress(done, max(total, done), _("Customers"))


def _count_customers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers_customer")
        return int(cursor.fetchone()[0])


def _next_customers(after: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s", [after, CHUNK])
        return [row[0] for row in cursor.fetchall()]


def _rebuild_months(run: JobContext, name: str, months: list[dt.date], refresh: Refresh) -> None:
    done = str(run.checkpoint.get(name, ""))
    for number, month in enumerate(months, 1):
        if month.isoformat() <= done:
            continue
        run.raise_if_cancelled()
        with transaction.atomic():
            refresh(month, months_later(month, 1) - DAY)
            run.count(months=1)
            run.save_checkpoint(**{name: month.isoformat()})
        run.progress(number, len(months), _("Days"))
