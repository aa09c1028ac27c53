"""Writing lifetime values to customers, and what is needed to sum them honestly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from analytics.estimation.clv import CustomerValues
from analytics.estimation.maximising import Floats
from analytics.estimation.rfm import value_tiers
from analytics.models import ValueDoubt
from analytics.services.columns import Column, constant, read_columns, write_scores
from analytics.services.histories import History
from crm_site.jobs.context import JobContext

# Far above any real value, and below what the column holds: an extreme model must not end in an error.
LARGEST = 1e13

Columns = dict[str, tuple[str, Column]]


def write_values(
    run: JobContext, history: History, on: dt.date, values: CustomerValues | None, clv: Floats | None = None
) -> None:
    """Write the values of a model, or plain ones without interval, and clear those of everybody else."""
    size = history.size
    money = _money(values.clv if values is not None else clv)
    nothing = constant(None, size)
    columns: Columns = {
        "clv": ("numeric", money),
        "clv_low": ("numeric", _money(values.low) if values else nothing),
        "clv_high": ("numeric", _money(values.high) if values else nothing),
        "p_alive": ("float8", values.p_alive if values else nothing),
        "expected_purchases": ("float8", values.purchases_365_days if values else nothing),
        "clv_on": ("date", constant(on, size)),
        # With the values, so that no row is written twice; the tiers' own pass finds nothing left to do.
        "tier": ("text", value_tiers(history.customer, money).astype(object)),
    }
    stale = np.setdiff1d(_valued(), history.customer)
    total = size + len(stale)
    run.count(valued=size, cleared=len(stale))
    run.count(changed=write_scores(run, history.customer, columns, phase=_("Values"), before=0, total=total))
    _clear(run, stale, size, total)


def clear_values(run: JobContext) -> None:
    """Take away all values, since no model stands behind them any more."""
    stale = _valued()
    _clear(run, stale, 0, len(stale))
    write_doubts(None)


def write_doubts(
    history: History | None, clv: Floats | None = None, variance: Floats | None = None, loadings: Floats | None = None
) -> None:
    """Rewrite the doubts about sums, by owner and team; None leaves none."""
    rows: list[ValueDoubt] = []
    if history is not None and clv is not None and variance is not None and loadings is not None:
        groups, at = np.unique(np.column_stack([history.owner, history.team]), axis=0, return_inverse=True)
        at = at.reshape(-1)
        for number, (owner, team) in enumerate(groups.tolist()):
            mine = at == number
            rows.append(
                ValueDoubt(
                    owner_id=owner or None,
                    team_id=team or None,
                    clv=round(float(clv[mine].sum()), 4),
                    variance=float(variance[mine].sum()),
                    loadings=loadings[mine].sum(axis=0).tolist(),
                )
            )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics_valuedoubt'))")
        ValueDoubt.objects.all().delete()
        ValueDoubt.objects.bulk_create(rows)


def _clear(run: JobContext, ids: Column, before: int, total: int) -> None:
    kinds: tuple[tuple[str, str, Any], ...] = (
        ("clv", "numeric", 0), ("clv_low", "numeric", None), ("clv_high", "numeric", None),
        ("p_alive", "float8", None), ("expected_purchases", "float8", None), ("clv_on", "date", None),
        ("tier", "text", ""),
    )  # fmt: skip
    columns: Columns = {name: (kind, constant(value, len(ids))) for name, kind, value in kinds}
    write_scores(run, ids, columns, phase=_("Values"), before=before, total=total)


def _valued() -> Column:
    statement = "SELECT customer_id AS customer FROM customers_customerscore WHERE clv_on IS NOT NULL"
    return read_columns(statement, [], {"customer": "int"})["customer"]


def _money(amounts: Floats | None) -> Column:
    """Return amounts as the four decimals the column holds, so that unchanged ones compare equal."""
    bounded = np.clip(np.nan_to_num(np.asarray(amounts, dtype=np.float64)), -LARGEST, LARGEST)
    return np.round(bounded, 4)
