"""Entering and changing leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish, publish_batch
from crm_site.fields.values import with_custom, with_merged
from crm_site.history.origin import current_origin
from crm_site.lib.text import search_text, sort_key
from crm_site.numbering.sequences import next_number
from crm_site.staff.versioning import save_versioned
from sales.choices import LIVE_LEADS, LeadStatus
from sales.events import LeadChanged, LeadReceived, LeadsChanged
from sales.models import Lead
from sales.services.leads.deadlines import promised_by, returning_at
from sales.services.leads.indexing import index_leads

if TYPE_CHECKING:
    from crm_site.staff.models import User

PREFIX, SEQUENCE = "LD", "sales_lead_number"
# Written by converting, disqualifying, claiming and the like alone.
ENDING = frozenset({"opportunity", "reason", "close_note", "closed_at", "merged_into", "pooled_at"})


def create_lead(facts: Mapping[str, Any], user: User | None) -> Lead:
    """Enter a lead of a known customer.

    Without `owner` it belongs to nobody and waits in the pool, where the rules of assignment find it; a title that
    is left out says who asks.
    """
    lead = Lead(**facts)
    lead.title = lead.title or lead.customer.name
    lead.number = lead.number or next_number(PREFIX, SEQUENCE)
    if lead.owner is not None and lead.team_id is None:
        lead.team_id = lead.owner.team_id
    now = timezone.now()
    lead.touched_at = lead.received_at
    lead.pooled_at = now if lead.owner_id is None else None
    lead.response_due_at = promised_by(lead.received_at)
    lead.returns_at = returning_at(lead, now)
    lead.search_text = search_text([lead.number, lead.title, lead.customer.name, lead.customer.search_text])
    lead.sort_key = sort_key(lead.customer.name)[:200]
    with transaction.atomic():
        lead.save(force_insert=True)
        publish(LeadReceived(lead_id=lead.pk), user)
    return lead


def change_lead(lead: Lead, version: int, facts: Mapping[str, Any], user: User | None) -> None:
    """Change a lead that was read at `version`; a new owner brings the team along.

    Raises StaleVersionError when it has moved on, and ValidationError for a status that has a verb of its own.
    """
    values = with_custom(lead, facts)
    if ENDING & values.keys():
        raise ValidationError(_("Convert, give up or take up the lead instead."))
    check_status(lead.status, values.get("status"))
    if "owner" in values:
        owner = values["owner"]
        values.setdefault("team", owner.team if owner else None)
        values["pooled_at"] = timezone.now() if owner is None else None
    if values:
        values["touched_at"] = timezone.now()
    with transaction.atomic():
        save_versioned(lead, version, values)
        if values:
            index_leads([lead.pk])
            lead.returns_at = returning_at(lead, lead.touched_at)
            Lead.objects.filter(pk=lead.pk).update(returns_at=lead.returns_at)
        names = [name for name in facts if name != "custom"]
        publish(LeadChanged(lead_id=lead.pk, fields=",".join([*names, *facts.get("custom", ())])), user)


def change_leads(rows: QuerySet[Lead], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all live leads among the rows the same facts; return how many there are."""
    values = with_merged(facts)
    if "owner" in values:
        values.setdefault("team", values["owner"].team if values["owner"] else None)
        values["pooled_at"] = Now() if values["owner"] is None else None
    check_status(LeadStatus.NEW, values.get("status"))
    with transaction.atomic():
        keys = list(rows.filter(status__in=LIVE_LEADS).order_by("pk").values_list("pk", flat=True))
        Lead.objects.filter(pk__in=keys).update(**values, version=F("version") + 1, updated_at=Now(), touched_at=Now())
        index_leads(keys)
        done = current_origin().operation or 0
        publish_batch(LeadsChanged(count=len(keys), fields=",".join(values), operation_id=done), actor)
    return len(keys)


def check_status(former: str, wanted: str | None) -> None:
    """Raise ValidationError unless a lead may come to that status by a mere change."""
    if wanted is None or wanted == former:
        return
    if wanted not in LIVE_LEADS or former not in LIVE_LEADS:
        raise ValidationError({"status": _("Convert, give up or take up the lead instead.")})
