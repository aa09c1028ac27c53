"""The clock of the first answer, and the signs of work on a lead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from crm_site.events.publishing import publish
from crm_site.staff.models import User
from sales.choices import LeadStatus
from sales.events import LeadAnswered
from sales.models import Lead
from sales.services.leads.deadlines import business_seconds, returning_at


def record_response(customer_ids: Iterable[int], at: dt.datetime, user: User | None) -> int:
    """Note that somebody of ours got in touch with these customers; return how many leads were answered by it.

    Every live lead of theirs that came in before counts as touched; the first touch stops the clock, once, and a new
    lead becomes a contacted one.
    """
    answered = 0
    with transaction.atomic():
        leads = Lead.objects.live().filter(customer__in=list(customer_ids), received_at__lte=at)
        for lead in leads.select_for_update(of=("self",), no_key=True).order_by("pk"):
            lead.touched_at = max(lead.touched_at, at)
            lead.returns_at = returning_at(lead, lead.touched_at)
            if lead.first_response_at is None:
                lead.first_response_at = at
                lead.response_seconds = business_seconds(lead.received_at, at)
                lead.version += 1
                if lead.status == LeadStatus.NEW:
                    lead.status = LeadStatus.CONTACTED
                answered += 1
                publish(LeadAnswered(lead_id=lead.pk), user)
            lead.save(update_fields=[
                "touched_at", "returns_at", "first_response_at", "response_seconds", "status", "version",
            ])  # fmt: skip
    return answered
