"""Whether one customer may be contacted, and why not, in words; `Customer.objects.contactable` asks it of all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from crm_site.pages import formatting
from customers.choices import Channel, ConsentState, Purpose
from customers.models import Address, ConsentEntry, ContactPoint, Customer, DoNotContact
from customers.querysets import POINTS, WITHOUT_CONSENT

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What the page asks for; the rest rests on the contract.
ASKED_FOR = tuple(one for one in Purpose if one not in WITHOUT_CONSENT)


@dataclass(frozen=True)
class Square:
    """One channel and purpose of the matrix: the line that counts, and whether the customer may be contacted."""

    channel: Channel
    purpose: Purpose
    entry: ConsentEntry | None
    why_not: str
    at: dt.datetime

    @property
    def word(self) -> StrOrPromise:
        """What the line says, with what has become of it."""
        if self.entry is None:
            return _("Not asked")
        if self.is_expired:
            return _("Expired")
        return str(self.entry.get_state_display())

    @property
    def is_expired(self) -> bool:
        """Tell whether a given consent has run out."""
        return self.entry is not None and self.entry.expires_at is not None and self.entry.expires_at <= self.at

    @property
    def tone(self) -> str:
        """How it looks: good, bad, or neither."""
        if self.entry is None:
            return ""
        return "good" if self.entry.state == ConsentState.GIVEN and not self.is_expired else "bad"


class Reach:
    """What is known of one customer's consents, bans and addresses; three queries for every question."""

    def __init__(self, customer: Customer, at: dt.datetime | None = None) -> None:
        self.customer = customer
        self.at = at or timezone.now()
        lines = ConsentEntry.objects.filter(customer=customer).select_related("wording", "recorded_by")
        self.entries = list(lines.order_by("-at", "-pk"))
        found = DoNotContact.objects.filter(customer=customer).select_related("set_by", "lifted_by")
        self.every_ban = list(found)
        self.bans = [one for one in self.every_ban if _rules(one, self.at)]
        points = ContactPoint.objects.filter(customer=customer).values_list("kind", "normal")
        self.points: dict[str, list[str]] = {}
        for kind, normal in points:
            self.points.setdefault(kind, []).append(normal)
        self.has_address = Address.objects.filter(customer=customer).exists()

    def why_not(self, channel: str, purpose: str) -> str:
        """Return in words why the customer may not be contacted; empty when nothing is against it."""
        reached = self._addresses(Channel(channel))
        ban = next((one for one in self.bans if one.channel in ("", channel)), None)
        if ban is not None:
            return _("Contact is forbidden: %(reason)s") % {"reason": ban.reason}
        if not reached:
            return _("There is no address of this channel.")
        if purpose in WITHOUT_CONSENT:
            return ""
        latest = [self._latest(channel, purpose, address) for address in reached]
        if any(self._allows(entry) for entry in latest):
            return ""
        entry = max((one for one in latest if one is not None), key=lambda one: (one.at, one.pk), default=None)
        return self._against(entry)

    def square(self, channel: Channel, purpose: Purpose) -> Square:
        """Return one field of the matrix."""
        entry = next((one for one in self._lines(channel, purpose)), None)
        return Square(channel, purpose, entry, self.why_not(channel, purpose), self.at)

    def matrix(self) -> list[tuple[Channel, list[Square]]]:
        """Return every channel with a square for each purpose that consent is asked for."""
        return [(channel, [self.square(channel, purpose) for purpose in ASKED_FOR]) for channel in Channel]

    def known(self) -> list[Square]:
        """Return the squares about which the ledger says something, the latest word first."""
        squares = [one for _channel, row in self.matrix() for one in row if one.entry is not None]
        return sorted(squares, key=lambda one: one.entry.at if one.entry else self.at, reverse=True)

    def _addresses(self, channel: Channel) -> list[str]:
        kind = POINTS.get(channel)
        if kind is None:
            return [""] if self.has_address else []
        return self.points.get(kind, [])

    def _lines(self, channel: str, purpose: str) -> list[ConsentEntry]:
        return [
            one for one in self.entries if (one.channel, one.purpose) == (channel, purpose) and one.at <= self.at
        ]  # fmt: skip

    def _latest(self, channel: str, purpose: str, address: str) -> ConsentEntry | None:
        return next((one for one in self._lines(channel, purpose) if one.address in ("", address)), None)

    def _allows(self, entry: ConsentEntry | None) -> bool:
        unexpired = entry is not None and (entry.expires_at is None or entry.expires_at > self.at)
        return entry is not None and unexpired and entry.state == ConsentState.GIVEN

    def _against(self, entry: ConsentEntry | None) -> str:
        if entry is None:
            return _("Consent was never given.")
        if entry.expires_at is not None and entry.state == ConsentState.GIVEN:
            return _("Consent has expired: %(day)s") % {"day": formatting.date(entry.expires_at)}
        refused = entry.state == ConsentState.REFUSED
        said = _("Consent was refused: %(day)s") if refused else _("Consent was withdrawn: %(day)s")
        return said % {"day": formatting.date(entry.at)}


def why_not(customer: Customer, channel: str, purpose: str, at: dt.datetime | None = None) -> str:
    """Return in words why a customer may not be contacted; empty exactly for those who are `contactable`."""
    return Reach(customer, at).why_not(channel, purpose)


def _rules(ban: DoNotContact, at: dt.datetime) -> bool:
    over = any(end is not None and end <= at for end in (ban.until, ban.lifted_at))
    return ban.since <= at and not over
