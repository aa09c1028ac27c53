"""Columns of numbers out of PostgreSQL into NumPy, and back in short chunks; no row objects on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from crm_site.jobs.context import JobContext

CHUNK = 2000
# The binary format of COPY: a head of 19 bytes, rows of a field count and length-prefixed values, -1 at the end.
_HEAD, _TAIL = 19, 2

Column = NDArray[Any]


def read_columns(statement: str, params: Sequence[Any], columns: Mapping[str, str]) -> dict[str, Column]:
    """Return the columns of a query as arrays; `columns` names them with `int` (bigint) or `float` (double).

    The statement's columns are cast to those types, and must not be NULL.
    """
    types = {"int": ("bigint", ">i8"), "float": ("double precision", ">f8")}
    casts = ", ".join(f"{name}::{types[kind][0]}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        outer = f"COPY (SELECT {casts} FROM ({statement}) found) TO STDOUT (FORMAT BINARY)"
        with cursor.copy(outer, params) as copy:
            data = b"".join(bytes(part) for part in copy)
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name}_size", ">i4"), (name, types[kind][1])]
    shape = np.dtype(fields)
    rows = np.frombuffer(data, dtype=shape, offset=_HEAD, count=(len(data) - _HEAD - _TAIL) // shape.itemsize)
    return {name: rows[name].astype(types[kind][1][1:]) for name, kind in columns.items()}


def write_scores(
    run: JobContext, ids: Column, columns: Mapping[str, tuple[str, Column]], *, phase: str, before: int, total: int
) -> int:
    """Write columns of customer scores by customer in chunks of their own transaction; return the rows changed.

    `columns` maps a column to its SQL type and values. Rows that hold the values already are not touched, so
    a second run costs reading only. Progress goes from `before` in `total`. Raises JobCancelledError between
    chunks, and JobLostError when another worker has taken over.
    """
    names = list(columns)
    sets = ", ".join(f"{name} = d.{name}" for name in names)
    old, new = ", ".join(f"s.{name}" for name in names), ", ".join(f"d.{name}" for name in names)
    arrays = ", ".join(f"%s::{kind}[]" for kind, _values in columns.values())
    changed = 0
    order = np.argsort(ids, kind="stable")
    for start in range(0, len(ids), CHUNK):
        run.raise_if_cancelled()
        part = order[start : start + CHUNK]
        keys = ids[part].tolist()
        values = [column[part].tolist() for _kind, column in columns.values()]
        with transaction.atomic(), connection.cursor() as cursor:
            # In the order of keys: two jobs that write the same rows wait for each other instead of deadlocking.
            cursor.execute(
                "SELECT 1 FROM customers_customerscore WHERE customer_id = ANY(%s) "
                "ORDER BY customer_id FOR NO KEY UPDATE",
                [keys],
            )
            cursor.execute(
                f"UPDATE customers_customerscore s SET {sets} "
                f"FROM unnest(%s::bigint[], {arrays}) AS d(customer_id, {', '.join(names)}) "
                f"WHERE s.customer_id = d.customer_id AND ({old}) IS DISTINCT FROM ({new})",
                [keys, *values],
            )
            changed += cursor.rowcount
            run.save_checkpoint(phase=phase, done=before + start + len(part))
        run.progress(before + start + len(part), total, phase)
    return changed


def constant(value: Any, size: int) -> Column:
    """Return a column that holds the same value in every row."""
    return np.full(size, value, dtype=object)
