"""Winning, losing and reopening opportunities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.base import Event
from crm_site.events.publishing import publish
from crm_site.lib.text import clean_text
from crm_site.staff.versioning import save_versioned
from sales.choices import DealStatus, ReasonKind
from sales.events import OpportunityLost, OpportunityReopened, OpportunityWon
from sales.models import Competitor, Opportunity, Reason
from sales.services.requiring import DealStateError
from sales.services.touching import rotting_from

if TYPE_CHECKING:
    from crm_site.staff.models import User

EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def win_opportunity(
    opportunity: Opportunity,
    version: int,
    reason: Reason | None,
    user: User | None,
    *,
    note: str = "",
    closed_at: dt.datetime | None = None,
) -> None:
    """Say that an open deal came about, and why; raise ValidationError without a reason, DealStateError when ended."""
    facts = {"status": DealStatus.WON, "probability": Decimal(100), "lost_to": None}
    _end(opportunity, version, reason, facts | _told(opportunity, note, closed_at), user)


def lose_opportunity(
    opportunity: Opportunity,
    version: int,
    reason: Reason | None,
    user: User | None,
    *,
    lost_to: Competitor | None = None,
    note: str = "",
    closed_at: dt.datetime | None = None,
) -> None:
    """Say that an open deal did not come about, why, and who got it; raises as winning does."""
    facts = {"status": DealStatus.LOST, "probability": Decimal(0), "lost_to": lost_to}
    _end(opportunity, version, reason, facts | _told(opportunity, note, closed_at), user)


def reopen_opportunity(opportunity: Opportunity, version: int, user: User | None) -> None:
    """Work on an ended deal again, in the stage where it stood and with that stage's probability."""
    if opportunity.is_open:
        raise DealStateError(ended=False)
    now, stage = timezone.now(), opportunity.stage
    facts = {
        "status": DealStatus.OPEN, "closed_at": None, "reason": None, "lost_to": None, "close_note": "",
        "probability": stage.probability, "category": stage.category, "stage_entered_at": now, "touched_at": now,
        "rots_at": rotting_from(DealStatus.OPEN, stage, now),
    }  # fmt: skip
    with transaction.atomic():
        save_versioned(opportunity, version, facts)
        publish(OpportunityReopened(opportunity_id=opportunity.pk), user)


def _told(opportunity: Opportunity, note: str, closed_at: dt.datetime | None) -> dict[str, Any]:
    now = timezone.now()
    if closed_at is not None and not max(EARLIEST, opportunity.opened_at) <= closed_at <= now:
        raise ValidationError({"closed_at": _("A deal ends between the day it was opened and today.")})
    return {
        "closed_at": closed_at or now, "close_note": clean_text(note, multiline=True).strip(), "touched_at": now,
        "rots_at": None,
    }  # fmt: skip


def _end(
    opportunity: Opportunity, version: int, reason: Reason | None, facts: dict[str, Any], user: User | None
) -> None:
    if not opportunity.is_open:
        raise DealStateError
    won = facts["status"] == DealStatus.WON
    if reason is None or reason.kind != (ReasonKind.WON if won else ReasonKind.LOST):
        raise ValidationError({"reason": _("Say why.")})
    with transaction.atomic():
        save_versioned(opportunity, version, {**facts, "reason": reason})
        lost_to: Competitor | None = facts["lost_to"]
        if lost_to is not None:
            opportunity.competitors.add(lost_to)
        event: Event = (OpportunityWon if won else OpportunityLost)(opportunity_id=opportunity.pk)
        publish(event, user)
