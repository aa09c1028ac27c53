"""Writing down what customers allow and forbid: lines of the consent ledger, and bans on contact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.events.publishing import publish
from crm_site.files.services import attach_files
from crm_site.lib.text import clean_text
from customers.choices import Channel, ConsentState, LawfulBasis
from customers.events import ConsentRecorded, ContactBanLifted, ContactForbidden
from customers.models import ConsentEntry, Customer, DoNotContact
from customers.querysets import POINTS, WITHOUT_CONSENT
from customers.services.contacts import normal_form

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from crm_site.staff.models import User

# Clocks of other machines go a little wrong.
TOLERANCE = dt.timedelta(minutes=5)


def record_consent(
    customer: Customer, facts: Mapping[str, Any], user: User | None, files: Sequence[UploadedFile[Any]] = ()
) -> ConsentEntry:
    """Write one line of the ledger and return it; a withdrawal is a line like any other.

    `facts` are columns of the entry: `channel`, `purpose`, `state` and `source` at least. `at` may lie in the past,
    for what is entered later. A file is kept as evidence. Raises ValidationError, and FileRefusedError for the file.
    """
    values = {**facts, "at": facts.get("at") or timezone.now()}
    values["address"] = _address(values)
    values["evidence"] = clean_text(values.get("evidence") or "").strip()
    _check(values)
    with transaction.atomic():
        # Two lines of the same moment are told apart by their order: one customer's are written one after another.
        Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        if files and user is not None:
            values["evidence_file"] = attach_files(("customer", customer.pk), files[:1], user)[0].pk
        entry = ConsentEntry.objects.create(customer=customer, recorded_by=user, **values)
        publish(ConsentRecorded(customer_id=customer.pk, entry_id=entry.pk), user)
    return entry


def forbid_contact(
    customer: Customer, reason: str, user: User | None, *, channel: str = "", until: dt.datetime | None = None
) -> DoNotContact:
    """Forbid to contact a customer on a channel, or on all; raise ValidationError when that is forbidden already."""
    reason = clean_text(reason).strip()
    now = timezone.now()
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    if until is not None and until <= now:
        raise ValidationError({"until": _("This moment is past.")})
    with transaction.atomic():
        Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        if DoNotContact.objects.in_force(now).filter(customer=customer, channel=channel).exists():
            raise ValidationError({"channel": _("This is forbidden already.")})
        ban = DoNotContact.objects.create(
            customer=customer, channel=channel, reason=reason, since=now, until=until, set_by=user
        )
        publish(ContactForbidden(customer_id=customer.pk, ban_id=ban.pk), user)
    return ban


def lift_ban(ban: DoNotContact, user: User) -> None:
    """Let a ban on contact end now; one that has ended stays as it was."""
    with transaction.atomic():
        locked = DoNotContact.objects.select_for_update().get(pk=ban.pk)
        now = timezone.now()
        if locked.lifted_at is not None or (locked.until is not None and locked.until <= now):
            return
        locked.lifted_at, locked.lifted_by = now, user
        locked.save(update_fields=["lifted_at", "lifted_by"])
        publish(ContactBanLifted(customer_id=locked.customer_id, ban_id=locked.pk), user)


def _address(values: Mapping[str, Any]) -> str:
    """Return the address of a line as it is compared."""
    kind = POINTS.get(Channel(values["channel"]))
    return normal_form(kind, values["address"]) if kind and values.get("address") else ""


def _check(values: Mapping[str, Any]) -> None:
    """Refuse lines that could not be true."""
    at, expires = values["at"], values.get("expires_at")
    confirmed, basis = values.get("confirmed_at"), values.get("basis") or LawfulBasis.CONSENT
    wrong = {}
    if values["purpose"] in WITHOUT_CONSENT:
        wrong["purpose"] = _("This needs no consent; to stop it, forbid contact.")
    if at > timezone.now() + TOLERANCE:
        wrong["at"] = _("This moment is still to come.")
    if expires is not None and expires <= at:
        wrong["expires_at"] = _("It would have expired before it was given.")
    if expires is not None and values["state"] != ConsentState.GIVEN:
        wrong["expires_at"] = _("Only a given consent can expire.")
    if confirmed is not None and confirmed < at:
        wrong["confirmed_at"] = _("It cannot be confirmed before it was given.")
    if basis != LawfulBasis.CONSENT and values["state"] != ConsentState.GIVEN:
        wrong["basis"] = _("What is refused or withdrawn is consent.")
    if wrong:
        raise ValidationError(wrong)
