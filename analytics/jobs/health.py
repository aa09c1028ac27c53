"""The job that scores everybody's health."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.services.health import refresh_health
from crm_site.jobs.context import JobContext
from crm_site.jobs.parameters import Parameter
from crm_site.jobs.registry import job
from customers.models import CustomerScore

BUCKET = 10_000


@job(
    "health",
    _("Health of customers"),
    "analytics",
    {"cause": Parameter(str, _("What asked for it; runs of different causes do not join"), default="")},
)
def health(run: JobContext, *, cause: str) -> dict[str, Any]:
    """Score the health of all customers bucket by bucket; a resumed run goes on after its last bucket."""
    last, top = int(run.checkpoint.get("customer", 0)), _highest()
    while last < top:
        run.raise_if_cancelled()
        first, last = last, (last // BUCKET + 1) * BUCKET
        with transaction.atomic():
            run.count(changed=refresh_health(range(first, last)))
            run.save_checkpoint(customer=last)
        run.progress(min(last, top), top, gettext("Customers"))
    return dict(run.counts)


def _highest() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(max(customer_id) + 1, 0) FROM {CustomerScore._meta.db_table}")
        return int(cursor.fetchone()[0])
