"""When figures were last computed, and what is under way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Min, Value
from django.utils import timezone

from crm_site.events.models import Delivery, DeliveryState
from crm_site.jobs.models import JobRun, JobState

LIVE_JOB = "metrics"


def live_as_of() -> dt.datetime:
    """Return up to when live figures hold everything: now, or the oldest change that has not reached them yet."""
    waiting = Delivery.objects.filter(handler__startswith="analytics.", state=DeliveryState.PENDING)
    rebuilding = JobRun.objects.active().filter(name=LIVE_JOB)
    # The constant makes one group of all rows, and so one row of the answer.
    owed = waiting.order_by().values(whole=Value(1)).annotate(first=Min("event__occurred_at")).values("first")
    under_way = rebuilding.order_by().values(whole=Value(1)).annotate(first=Min("created_at")).values("first")
    oldest = owed.union(under_way, all=True)
    moments: list[dt.datetime] = [row["first"] for row in oldest if row["first"] is not None]
    return min([timezone.now(), *moments])


def latest_runs(names: Iterable[str]) -> dict[str, JobRun]:
    """Return the latest successful run of each job that has one."""
    done = JobRun.objects.filter(name__in=list(names), state=JobState.SUCCEEDED)
    return {run.name: run for run in done.order_by("name", "-finished_at").distinct("name")}


def as_of(name: str) -> dt.datetime | None:
    """Return when figures of that freshness were computed; None when they never were."""
    if name == "live":
        return live_as_of()
    run = latest_runs([name]).get(name)
    return run.finished_at if run else None
