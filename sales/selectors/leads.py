"""What the rules of assignment ask about leads: how many people have, which wait, and which were left unanswered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, Exists, OuterRef

from crm_site.assignment.choices import Reason
from crm_site.assignment.models import AssignmentLog
from sales.models import Lead


def open_leads(user_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many live leads each of these people has."""
    rows = Lead.objects.live().filter(owner__in=user_ids).order_by().values_list("owner").annotate(Count("pk"))
    return dict(rows.values_list("owner", "pk__count"))


def waiting_leads(limit: int) -> Iterable[int]:
    """Return live leads that nobody has had yet, the oldest first; what was given back waits in the pool."""
    given_back = AssignmentLog.objects.filter(
        kind="lead", record_id=OuterRef("pk"), reason__in=(Reason.RELEASED, Reason.RETURNED)
    )
    return list(
        Lead.objects.pooled()
        .exclude(Exists(given_back))
        .order_by("received_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )


def owners_of_leads(ids: Sequence[int]) -> Mapping[int, int | None]:
    """Return whose these leads are; those that have ended are left out."""
    return dict(Lead.objects.live().filter(pk__in=ids).values_list("pk", "owner_id"))


def overdue_leads(now: dt.datetime, limit: int) -> Mapping[int, int]:
    """Return the leads whose owners did not answer in time, with these owners."""
    rows = Lead.objects.waiting().filter(reassign_at__lte=now, owner__isnull=False).order_by("reassign_at", "pk")
    return dict(rows.values_list("pk", "owner_id")[:limit])
