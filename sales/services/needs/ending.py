"""How far needs come: confirmed, addressed, declined, and open again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.staff.versioning import save_versioned
from sales.choices import NeedStatus
from sales.events import NeedAddressed, NeedConfirmed, NeedDeclined, NeedLinked, NeedReopened
from sales.models import Need, Opportunity
from sales.services.needs.editing import check_deal

if TYPE_CHECKING:
    from crm_site.events.base import Event
    from crm_site.staff.models import User


def confirm_need(need: Need, version: int, user: User | None) -> None:
    """Say that a stated need was understood and is meant. Raises StaleVersionError, ValidationError."""
    if need.status != NeedStatus.STATED:
        raise ValidationError(_("Only a stated need can be confirmed."))
    values = {"status": NeedStatus.CONFIRMED, "confirmed_at": timezone.now()}
    _write(need, version, values, NeedConfirmed(need_id=need.pk), user)


def address_need(
    need: Need, version: int, user: User | None, *, opportunity: Opportunity | None = None, note: str = ""
) -> None:
    """Say that the customer got what they want: by a deal, or as the note says.

    Raises StaleVersionError and ValidationError.
    """
    _check_live(need)
    deal = opportunity or need.opportunity
    if deal is None and not note.strip():
        raise ValidationError({"note": _("Name the opportunity, or say how the need was addressed.")})
    check_deal(need.customer, deal)
    former = need.opportunity_id
    values = {
        "status": NeedStatus.ADDRESSED, "closed_at": timezone.now(), "close_note": note.strip(), "opportunity": deal,
    }  # fmt: skip
    with transaction.atomic():
        _write(need, version, values, NeedAddressed(need_id=need.pk), user)
        if deal is not None and deal.pk != former:
            publish(NeedLinked(need_id=need.pk, opportunity_id=deal.pk), user)


def decline_need(need: Need, version: int, reason: str, user: User | None) -> None:
    """Say that the customer will not get it, and why. Raises StaleVersionError, ValidationError."""
    _check_live(need)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the need is declined.")})
    values = {"status": NeedStatus.DECLINED, "closed_at": timezone.now(), "close_note": reason.strip()}
    _write(need, version, values, NeedDeclined(need_id=need.pk), user)


def reopen_need(need: Need, version: int, user: User | None) -> None:
    """Put a need that has ended back where it was before. Raises StaleVersionError, ValidationError."""
    if need.is_live:
        raise ValidationError(_("This need is open."))
    status = NeedStatus.CONFIRMED if need.confirmed_at else NeedStatus.STATED
    values = {"status": status, "closed_at": None, "close_note": ""}
    _write(need, version, values, NeedReopened(need_id=need.pk), user)


def _check_live(need: Need) -> None:
    if not need.is_live:
        raise ValidationError(_("This need has ended already."))


def _write(need: Need, version: int, values: dict[str, Any], event: Event, user: User | None) -> None:
    with transaction.atomic():
        save_versioned(need, version, values)
        publish(event, user)
