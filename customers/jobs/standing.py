"""The jobs that ask everybody's stage, classes and segments again."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from customers.models import Segment
from customers.querysets import SegmentQuerySet
from customers.services.classes import refresh_classes
from customers.services.lifecycle import refresh_stages
from customers.services.membership import BUCKET, lock_standing, refresh_members, settle_segment
from customers.services.segment_order import in_order

CAUSE = Parameter(str, _("What asked for it; runs of different causes do not join"), default="")


@job("lifecycle", _("Lifecycle"), "customers", {"cause": CAUSE})
def lifecycle(run: JobContext, *, cause: str) -> dict[str, Any]:
    """Ask every customer's stage again, then its classes and its segments, which may speak of what was before."""
    return _ask(run, Segment.objects.all(), with_stages=True, with_classes=True)


@job("classes", _("Classes and segments"), "customers", {"cause": CAUSE})
def classes(run: JobContext, *, cause: str) -> dict[str, Any]:
    """Ask every customer's classes again, and then its segments, which may speak of classes."""
    return _ask(run, Segment.objects.all(), with_classes=True)


@job(
    "segments",
    _("Segments"),
    "customers",
    {"segment": Parameter(str, _("Number of one segment, all of them by default"), default=""), "cause": CAUSE},
)
def segments(run: JobContext, *, segment: str, cause: str) -> dict[str, Any]:
    """Ask again who belongs to which segment."""
    chosen = Segment.objects.filter(pk=int(segment)) if segment.isdigit() else Segment.objects.all()
    return _ask(run, chosen)


def _ask(
    run: JobContext, chosen: SegmentQuerySet, *, with_stages: bool = False, with_classes: bool = False
) -> dict[str, Any]:
    """Go through all customers bucket by bucket; a resumed run goes on after its last bucket."""
    found = in_order(chosen)
    last, top = int(run.checkpoint.get("customer", 0)), _highest()
    while last < top:
        run.raise_if_cancelled()
        first, last = last, (last // BUCKET + 1) * BUCKET
        with transaction.atomic():
            ids = range(first, last)
            lock_standing(ids)
            if with_stages:
                run.count(stages=refresh_stages(ids))
            if with_classes:
                run.count(classes=refresh_classes(ids, also_unused=True))
            run.count(moves=refresh_members(ids, found))
            run.save_checkpoint(customer=last)
        run.progress(min(last, top), top, gettext("Customers"))
    return {**run.counts, "segments": {one.name: settle_segment(one) for one in found}}


def _highest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id) + 1, 0) FROM customers_customer")
        return int(cursor.fetchone()[0])
