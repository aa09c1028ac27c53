"""Until when a lead is to be answered, and when it goes back to the pool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crm_site.calendars.reading import default_working_time
from crm_site.calendars.working_time import NeverOpensError
from crm_site.jobs.starting import start_job
from crm_site.staff.versioning import save_versioned
from sales.models import Lead, LeadPolicy

if TYPE_CHECKING:
    from crm_site.staff.models import User


def lead_policy() -> LeadPolicy:
    """Return the rules for leads; a company that has not said anything has the usual ones."""
    return LeadPolicy.objects.order_by("pk").first() or LeadPolicy()


def change_policy(policy: LeadPolicy, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change how leads are handled, as it was read at `version`; new grades have all live leads scored again.

    What was promised before stays promised. Raises StaleVersionError.
    """
    with transaction.atomic():
        if policy.pk is None:
            policy.save()
        save_versioned(policy, version, dict(facts))
        start_job("lead_scores", {"cause": timezone.now().isoformat()}, user=user)


def promised_by(received_at: dt.datetime) -> dt.datetime | None:
    """Return until when somebody should get in touch, in business time of the default calendar."""
    return promises([received_at])[0]


def promises(moments: Sequence[dt.datetime]) -> list[dt.datetime | None]:
    """Return until when somebody should answer enquiries of these moments; None where the calendar never opens."""
    hours, length = default_working_time(), dt.timedelta(minutes=lead_policy().response_minutes)
    try:
        return [hours.add_business_time(moment, length) for moment in moments]
    except NeverOpensError:
        return [None] * len(moments)


def business_seconds(start: dt.datetime, end: dt.datetime) -> int:
    """Return the business time between two moments; nothing where the second comes first."""
    return int(default_working_time().business_seconds(start, end)) if end > start else 0


def returning_at(lead: Lead, touched_at: dt.datetime, policy: LeadPolicy | None = None) -> dt.datetime | None:
    """Return when a lead that is left alone from now on goes back to the pool; None for never.

    Whoever asks for many leads brings the `policy` that was read once.
    """
    days = (policy or lead_policy()).days(lead.grade)
    if lead.owner_id is None or not lead.is_live or days is None:
        return None
    return touched_at + dt.timedelta(days=days)
