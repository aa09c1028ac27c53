"""Giving leads up, taking them up again, and merging what is the same enquiry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.lib.days import organisation_today
from crm_site.staff.versioning import save_versioned
from customers.models import Activity, Task
from sales.choices import LeadStatus, ReasonKind
from sales.events import LeadDisqualified, LeadMerged, LeadRevived
from sales.models import Lead, Reason
from sales.services.leads.deadlines import returning_at

if TYPE_CHECKING:
    from crm_site.staff.models import User

SUBJECT = "lead"


def disqualify_lead(
    lead: Lead, version: int, reason: Reason, user: User | None, *, note: str = "", revive_on: dt.date | None = None
) -> None:
    """Give a live lead up for a reason, for good or until a day to come. Raises StaleVersionError, ValidationError."""
    if not lead.is_live:
        raise ValidationError(_("This lead has ended already."))
    if reason.kind != ReasonKind.DISQUALIFIED:
        raise ValidationError({"reason": _("Choose a reason for giving up.")})
    if revive_on is not None and revive_on <= organisation_today():
        raise ValidationError({"revive_on": _("This day is past.")})
    values = {
        "status": LeadStatus.DISQUALIFIED, "reason": reason, "close_note": note, "revive_on": revive_on,
        "closed_at": timezone.now(), "returns_at": None, "pooled_at": None,
    }  # fmt: skip
    with transaction.atomic():
        save_versioned(lead, version, values)
        publish(LeadDisqualified(lead_id=lead.pk), user)


def revive_lead(lead: Lead, version: int, user: User | None) -> None:
    """Work on a lead again that was given up. Raises StaleVersionError, ValidationError."""
    if lead.status != LeadStatus.DISQUALIFIED or lead.merged_into_id is not None:
        raise ValidationError(_("Only a lead that was given up can be taken up again."))
    now = timezone.now()
    status = LeadStatus.CONTACTED if lead.first_response_at else LeadStatus.NEW
    values = {
        "status": status, "reason": None, "close_note": "", "revive_on": None, "closed_at": None, "touched_at": now,
        "pooled_at": None if lead.owner_id else now,
    }  # fmt: skip
    with transaction.atomic():
        save_versioned(lead, version, values)
        lead.returns_at = returning_at(lead, now)
        Lead.objects.filter(pk=lead.pk).update(returns_at=lead.returns_at)
        publish(LeadRevived(lead_id=lead.pk), user)


def revive_due_leads(today: dt.date | None = None, limit: int = 1_000) -> int:
    """Take up the leads whose day has come; return how many."""
    day = today or organisation_today()
    done = 0
    with transaction.atomic():
        due = Lead.objects.filter(status=LeadStatus.DISQUALIFIED, revive_on__lte=day).order_by("pk")
        for lead in due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit]:
            revive_lead(lead, lead.version, None)
            done += 1
    return done


def merge_leads(survivor: Lead, others: Iterable[Lead], user: User | None) -> None:
    """Merge live leads of one customer into one: what was said and planned about them goes along.

    The survivor keeps its facts, takes what it lacks from the others in turn, and the earliest arrival; the others
    end, pointing to it. Raises ValidationError for leads of different customers, or that have ended.
    """
    keys = [survivor.pk, *(one.pk for one in others)]
    with transaction.atomic():
        found = {one.pk: one for one in Lead.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")}
        kept = found.pop(survivor.pk)
        if any(one.customer_id != kept.customer_id for one in found.values()):
            raise ValidationError(_("Only leads of the same customer can be merged."))
        if not all(one.is_live for one in (kept, *found.values())):
            raise ValidationError(_("Only leads that are worked on can be merged."))
        for pk in keys[1:]:
            _absorb(kept, found[pk])
        kept.version += 1
        kept.save()
        ended = Lead.objects.filter(pk__in=found)
        now = timezone.now()
        ended.update(
            status=LeadStatus.DISQUALIFIED, merged_into=kept, closed_at=now, returns_at=None, pooled_at=None,
            version=F("version") + 1, updated_at=now,
        )  # fmt: skip
        for model in (Activity, Task):
            model._default_manager.filter(subject_kind=SUBJECT, subject_id__in=list(found)).update(subject_id=kept.pk)
        for pk in found:
            publish(LeadMerged(lead_id=pk, survivor_id=kept.pk), user)
    survivor.refresh_from_db()


FILLED = ("source", "campaign", "product_id", "language", "region", "message")


def _absorb(kept: Lead, other: Lead) -> None:
    for name in FILLED:
        if not getattr(kept, name):
            setattr(kept, name, getattr(other, name))
    kept.custom = {**other.custom, **kept.custom}
    kept.received_at = min(kept.received_at, other.received_at)
    kept.touched_at = max(kept.touched_at, other.touched_at)
    answers = [at for at in (kept.first_response_at, other.first_response_at) if at is not None]
    if answers and min(answers) != kept.first_response_at:
        kept.first_response_at, kept.response_seconds = other.first_response_at, other.response_seconds
