"""Asking again where customers stand after an operation touched many records at once."""

from __future__ import annotations

from typing import Any

from crm_site.history.models import Change, Insertion
from crm_site.jobs.starting import start_job
from customers.models import Classification, Customer, CustomerClass, Segment, SegmentPick, SegmentState
from customers.services.classifying import ask_classes_again
from customers.services.lifecycle import refresh_standing

# Beyond, the job asks everybody.
AT_ONCE = 1000


def follow_operation(operation: int) -> None:
    """Ask for the customers whose rows, tags or picks an operation wrote: at once for few, by the job for many."""
    if _touches_classes(operation):
        ask_classes_again(f"operation:{operation}")
    found: set[int] = set()
    through: Any = Customer.tags.through
    tables: tuple[tuple[Any, str], ...] = ((Customer, ""), (through, "customer_id"), (SegmentPick, "customer_id"))
    for model, column in tables:
        table = model._meta.db_table
        changes = Change.objects.filter(operation_id=operation, table_name=table)
        rows = changes.values_list("record_id", "before")[: AT_ONCE + 1]
        found.update(pk if not column else before.get(column, 0) for pk, before in rows)
        written = Insertion.objects.filter(operation_id=operation, table_name=table)
        for keys in written.values_list("record_ids", flat=True)[:AT_ONCE]:
            inserted = keys if not column else model.objects.filter(pk__in=keys).values_list(column, flat=True)
            found.update(inserted)
    found.discard(0)
    if len(found) > AT_ONCE or not operation:
        start_job("lifecycle", {"cause": f"operation:{operation}"})
        return
    refresh_standing(sorted(found))


def _touches_classes(operation: int) -> bool:
    """Tell whether an operation removed, brought back or changed classes: customers may belong elsewhere now."""
    tables = [model._meta.db_table for model in (Classification, CustomerClass)]
    kept: tuple[Any, ...] = (Change, Insertion)
    return any(rows.objects.filter(operation_id=operation, table_name__in=tables).exists() for rows in kept)


def fill_restored_segments(operation: int) -> None:
    """Have segments that an operation brought back filled anew: who belongs to them went with them."""
    rows = Insertion.objects.filter(operation_id=operation, table_name=Segment._meta.db_table)
    for keys in rows.values_list("record_ids", flat=True):
        for pk in Segment.objects.filter(pk__in=keys).values_list("pk", flat=True):
            SegmentState.objects.filter(pk=pk).update(filled_at=None, size=0)
            start_job("segments", {"segment": str(pk)})
