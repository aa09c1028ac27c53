"""The public pool: claiming leads within limits, giving them back, and taking back what is left alone."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from crm_site.assignment.choices import Reason
from crm_site.assignment.models import AssignmentLog
from crm_site.events.publishing import publish
from crm_site.staff.models import User
from crm_site.staff.versioning import StaleVersionError
from customers.models import Customer
from sales.choices import LIVE_LEADS
from sales.events import LeadGiven, LeadPooled
from sales.models import Lead
from sales.services.leads.deadlines import lead_policy, returning_at

if TYPE_CHECKING:
    from crm_site.assignment.kinds import Handover

KIND = "lead"
# Leads that one sweep takes back.
SWEEP = 2_000


class ClaimLostError(Exception):
    """Somebody else has the lead already."""


class ClaimLimitError(Exception):
    """The claims of the day or the leads at a time are used up: `limit` says how many there may be."""

    def __init__(self, limit: int, *, a_day: bool) -> None:
        super().__init__(f"at most {limit}")
        self.limit, self.a_day = limit, a_day


def claim_lead(lead: Lead, user: User) -> Lead:
    """Take a lead out of the pool; raise ClaimLostError or ClaimLimitError. Of many who try, exactly one gets it.

    The one conditional update decides. A colleague's own claims wait for each other, so that limits hold.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        _check_limits(user)
        if not _take(lead.pk, user, former_id=None, respond_by=None):
            raise ClaimLostError
        _log(lead.pk, user.pk, None, Reason.CLAIMED)
        publish(LeadGiven(lead_id=lead.pk, user_id=user.pk, cause="claimed"), user)
    lead.refresh_from_db()
    return lead


def give_lead(handover: Handover) -> bool:
    """Give a lead to whom the rules of assignment chose; False when it is no longer whose it was."""
    taken = _take(handover.record_id, handover.user, former_id=handover.former_id, respond_by=handover.respond_by)
    if taken:
        cause = "assigned" if handover.former_id is None else "reassigned"
        publish(
            LeadGiven(
                lead_id=handover.record_id,
                user_id=handover.user.pk,
                former_id=handover.former_id or 0,
                cause=cause,
            ),
            None,
        )
    return taken


def release_lead(lead: Lead, version: int, user: User) -> None:
    """Put a lead back into the pool; raise StaleVersionError when it has moved on."""
    with transaction.atomic():
        changed = Lead.objects.live().filter(pk=lead.pk, version=version, owner__isnull=False)
        if not changed.update(**_without_owner()):
            raise StaleVersionError(Lead.objects.get(pk=lead.pk))
        _log(lead.pk, None, lead.owner_id, Reason.RELEASED)
        publish(LeadPooled(lead_id=lead.pk, former_id=lead.owner_id or 0, cause="released"), user)
    lead.refresh_from_db()


def return_silent_leads(now: dt.datetime | None = None, limit: int = SWEEP) -> int:
    """Take back the leads whose owners have left them alone for too long; return how many."""
    moment = now or timezone.now()
    with transaction.atomic():
        due = Lead.objects.live().filter(returns_at__lte=moment, owner__isnull=False).order_by("pk")
        locked = dict(
            due.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", "owner_id")[:limit]
        )
        Lead.objects.filter(pk__in=locked).update(**_without_owner(), updated_at=moment)
        for pk, owner in locked.items():
            _log(pk, None, owner, Reason.RETURNED)
            publish(LeadPooled(lead_id=pk, former_id=owner or 0, cause="silence"), None)
    return len(locked)


def _take(pk: int, user: User, *, former_id: int | None, respond_by: dt.datetime | None) -> bool:
    now = timezone.now()
    values = {
        "owner": user, "team_id": user.team_id, "pooled_at": None, "touched_at": now, "version": F("version") + 1,
        "updated_at": now,
    }  # fmt: skip
    values["reassign_at"] = respond_by
    if respond_by is not None:
        values["response_due_at"] = respond_by
    of = Q(owner=former_id) if former_id else Q(owner=None)
    if not Lead.objects.filter(of, pk=pk, status__in=LIVE_LEADS).update(**values):
        return False
    lead = Lead.objects.get(pk=pk)
    Lead.objects.filter(pk=pk).update(returns_at=returning_at(lead, now))
    # Who asks belongs to whoever works on it, unless somebody has the customer already.
    Customer.objects.filter(pk=lead.customer_id, owner__isnull=True).update(
        owner=user, team_id=user.team_id, version=F("version") + 1, updated_at=now
    )
    return True


def _without_owner() -> dict[str, object]:
    return {
        "owner": None,
        "team": None,
        "pooled_at": timezone.now(),
        "returns_at": None,
        "reassign_at": None,
        "version": F("version") + 1,
    }


def _check_limits(user: User) -> None:
    policy = lead_policy()
    if policy.holdings is not None and Lead.objects.live().filter(owner=user).count() >= policy.holdings:
        raise ClaimLimitError(policy.holdings, a_day=False)
    if policy.daily_claims is None:
        return
    zone = zoneinfo.ZoneInfo(user.time_zone)
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    claimed = AssignmentLog.objects.filter(kind=KIND, user=user, reason=Reason.CLAIMED, at__gte=midnight)
    if claimed.count() >= policy.daily_claims:
        raise ClaimLimitError(policy.daily_claims, a_day=True)


def _log(pk: int, user_id: int | None, former_id: int | None, reason: Reason) -> None:
    AssignmentLog.objects.create(kind=KIND, record_id=pk, user_id=user_id, former_id=former_id, reason=reason)
