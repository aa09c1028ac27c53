"""What the timeline says of consents and of bans on contact."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm_site.events.verbs import Eraser, register_verb
from customers.choices import Channel, ConsentState
from customers.events import ContactForbidden
from customers.models import ConsentEntry, DoNotContact
from customers.services.timeline import log_activity

SENTENCES = {
    ConsentState.GIVEN: _("Consent was given"),
    ConsentState.REFUSED: _("Consent was refused"),
    ConsentState.WITHDRAWN: _("Consent was withdrawn"),
}


def link_to_ledger(data: dict[str, Any]) -> str:
    """Return the address of the ledger of the customer of an entry."""
    return reverse("customers:customer-consents", args=[data["subject_id"]])


register_verb("customer.consent", _("Consent was recorded"), "shield-check", Eraser.KEEP, system=True)
for state, sentence in SENTENCES.items():
    for channel in Channel:
        said = format_lazy("{} · {}", sentence, channel.label)
        register_verb(f"customer.consent_{state}_{channel}", said, "shield-check", Eraser.KEEP, link_to_ledger)
register_verb("customer.forbidden", _("Contact was forbidden"), "ban", Eraser.KEEP, link_to_ledger)
register_verb("customer.allowed", _("Contact is no longer forbidden"), "shield-check", Eraser.KEEP, link_to_ledger)


def show_consent(entry_id: int) -> None:
    """Say what a customer gave or took back, at the moment when they did."""
    entry = ConsentEntry.objects.select_related("recorded_by").get(pk=entry_id)
    verb, customer = f"customer.consent_{entry.state}_{entry.channel}", entry.customer_id
    body = str(entry.get_purpose_display())
    log_activity(customer, verb, entry.at, actor=entry.recorded_by, subject=("customer", customer), body=body)


def show_ban(verb: str, ban_id: int) -> None:
    """Say that contact was forbidden, and why, or that it is so no more."""
    ban = DoNotContact.objects.select_related("set_by", "lifted_by").get(pk=ban_id)
    actor = ban.set_by if verb == ContactForbidden.verb else ban.lifted_by
    customer = ban.customer_id
    log_activity(
        customer, verb, timezone.now(), actor=actor, subject=("customer", customer), body=ban.reason
    )  # fmt: skip
