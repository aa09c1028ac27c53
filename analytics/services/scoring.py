"""RFM: scores and segments of customers, on the day they are asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _

from analytics.estimation.rfm import SEGMENT_OF, rfm_scores, segment_codes
from analytics.services.columns import Column, constant, read_columns, write_scores
from analytics.services.documents import documents_until
from analytics.services.slices import refresh_rfm_slices
from crm_site.jobs.context import JobContext

# Revenue in its smallest parts, so that equal sums are equal numbers.
FIGURES = """
SELECT customer_id AS customer,
    %s::date - (max(ordered_at) FILTER (WHERE kind = 'order') AT TIME ZONE %s)::date AS days,
    count(*) FILTER (WHERE kind = 'order') AS orders, sum(base_total) * 10000 AS revenue
FROM ({documents}) documents GROUP BY customer_id HAVING count(*) FILTER (WHERE kind = 'order') > 0
"""


def score_customers(run: JobContext, at: dt.date) -> dict[str, Any]:
    """Score every customer with an order up to the day `at`, and return how the scores are spread.

    Orders after `at` are ignored. Customers without orders have no score, and lose one they had.
    """
    documents, within = documents_until(at)
    params = [at, settings.ORGANISATION_TIME_ZONE, *within]
    run.progress(0, 0, _("Scoring"))
    kinds = dict.fromkeys(("customer", "days", "orders", "revenue"), "int")
    figures = read_columns(FIGURES.format(documents=documents), params, kinds)
    found = rfm_scores(figures["days"], figures["orders"], figures["revenue"])
    scores = {"customer": figures["customer"], **dict(zip("rfm", found, strict=True))}
    _write(run, scores, at)
    refresh_rfm_slices()
    return _report(scores, at, _top_fifth(figures))


def _write(run: JobContext, scores: dict[str, Column], at: dt.date) -> None:
    ids = scores["customer"]
    segments = np.array(segment_codes(scores["r"], scores["f"]), dtype=object)
    stale = _without_score(ids)
    total = len(ids) + len(stale)
    written: dict[str, tuple[str, Column]] = {name: ("smallint", scores[name]) for name in ("r", "f", "m")}
    written |= {"segment": ("text", segments), "rfm_on": ("date", constant(at, len(ids)))}
    run.count(scored=len(ids), cleared=len(stale))
    run.count(changed=write_scores(run, ids, written, phase=_("Scores"), before=0, total=total))
    nothing: dict[str, tuple[str, Column]] = {
        name: (kind, constant(value, len(stale)))
        for name, kind, value in (
            ("r", "smallint", None), ("f", "smallint", None), ("m", "smallint", None), ("segment", "text", ""),
            ("rfm_on", "date", None),
        )
    }  # fmt: skip
    write_scores(run, stale, nothing, phase=_("Scores"), before=len(ids), total=total)


def _without_score(ids: Column) -> Column:
    scored = read_columns(
        "SELECT customer_id AS customer FROM customers_customerscore WHERE rfm_on IS NOT NULL", [], {"customer": "int"}
    )
    return np.setdiff1d(scored["customer"], ids)


def _top_fifth(figures: dict[str, Column]) -> float | None:
    """Return the share of revenue, in per cent, that the fifth of customers with the most brings."""
    revenue = figures["revenue"].astype(np.float64)
    total = revenue.sum()
    if not total:
        return None
    order = np.lexsort((figures["customer"], -figures["revenue"]))
    return float(revenue[order[: -(-len(order) // 5)]].sum() * 100 / total)


def _report(scores: dict[str, Column], at: dt.date, top_fifth: float | None) -> dict[str, Any]:
    pairs, counts = np.unique(np.column_stack([scores["r"], scores["f"]]), axis=0, return_counts=True)
    segments: dict[str, int] = {}
    for (recency, frequency), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        name = segment_name(SEGMENT_OF[recency, frequency])
        segments[name] = segments.get(name, 0) + count
    cells, sizes = np.unique(scores["r"] * 100 + scores["f"] * 10 + scores["m"], return_counts=True)
    return {
        "at": at.isoformat(),
        "customers": len(scores["customer"]),
        "scores": {name: np.bincount(scores[name], minlength=6)[1:6].tolist() for name in ("r", "f", "m")},
        "segments": dict(sorted(segments.items(), key=lambda item: -item[1])),
        "cells": {str(cell): size for cell, size in zip(cells.tolist(), sizes.tolist(), strict=True)},
        "top_fifth_revenue_percent": top_fifth,
    }


def segment_name(code: str) -> str:
    """Return a segment's name in English, as results of jobs keep it whatever the reader's language."""
    return {"cant_lose": "Can't lose"}.get(code, code.replace("_", " ").capitalize())
