"""What customers allow us to write to them about: a ledger that only grows, and who is not to be contacted at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from customers.choices import Channel, ConsentSource, ConsentState, LawfulBasis, Purpose
from customers.models.customer import Customer
from customers.querysets import ConsentQuerySet, DoNotContactQuerySet

if TYPE_CHECKING:
    import datetime as dt


class ConsentWording(models.Model):
    """The words that somebody agreed to. The database refuses to change them: other words are another version."""

    history: ClassVar[Tracking] = Tracking()

    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveSmallIntegerField(_("version"))
    text = models.TextField(_("words"))

    class Meta:
        verbose_name = _("wording of consent")
        verbose_name_plural = _("wordings of consent")
        ordering = ("name", "language", "-version")
        constraints = (models.UniqueConstraint(fields=("name", "language", "version"), name="consent_wording_once"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.language}, {self.version})"


class ConsentEntry(models.Model):
    """One line of the ledger: at `at` a customer gave, refused or withdrew consent on a channel for a purpose.

    The latest line counts. Lines are never changed and leave only with their customer: triggers of the table refuse
    everything else (migration 0006), and an undo lets them stand (`permanent`); a mistake is put right by another
    line. `address` is the contact point in normal form that the line is about, empty for all of the channel: kept as
    a word, because it holds for the address, also after that was removed and entered again. `confirmed_at` is when
    the customer confirmed it (double opt-in), `evidence_file` the key of an attachment of the customer.
    """

    history: ClassVar[Tracking] = Tracking(root="customer", updates=False, permanent=True)
    access_module = "customers"

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="consents", db_index=False, verbose_name=_("customer")
    )
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    state = models.CharField(_("state"), max_length=9, choices=ConsentState.choices)
    address = models.CharField(_("only for the address"), max_length=254, blank=True, default="")
    at: models.DateTimeField[Any, dt.datetime] = models.DateTimeField(_("at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    basis = models.CharField(_("lawful basis"), max_length=19, choices=LawfulBasis.choices, default=LawfulBasis.CONSENT)
    source = models.CharField(_("source"), max_length=7, choices=ConsentSource.choices)
    wording = models.ForeignKey(
        ConsentWording,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("wording"),
    )
    evidence = models.CharField(_("evidence"), max_length=500, blank=True, default="")
    evidence_file = models.BigIntegerField(null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    recorded_at: models.DateTimeField[Any, dt.datetime] = models.DateTimeField(
        _("recorded"), db_default=Now(), editable=False
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the consent ledger")
        verbose_name_plural = _("consent ledger")
        indexes = (
            # One customer's page: all of its lines, in the order in which they count.
            models.Index(fields=("customer", "-at", "-id"), name="consent_of"),
            # `Customer.objects.contactable`: read alone, without the table, for one channel and purpose.
            models.Index(
                fields=("channel", "purpose", "customer", "at", "id"),
                include=("state", "expires_at", "address"),
                name="consent_latest",
            ),
            models.Index(fields=("-at", "-id"), name="consent_recent"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("at")), name="consent_expires_later"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.get_purpose_display()}: {self.get_state_display()}"

    def get_absolute_url(self) -> str:
        """Return the address of the customer's ledger."""
        return reverse("customers:customer-consents", args=[self.customer_id])


class DoNotContact(models.Model):
    """Somebody is not to be contacted on a channel, or on any (`channel` empty), whatever the ledger says.

    It rules from `since` on, until `until` or until it is lifted, whichever comes first.
    """

    history: ClassVar[Tracking] = Tracking(root="customer")
    access_module = "customers"

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_bans")
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=200)
    since: models.DateTimeField[Any, dt.datetime] = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = DoNotContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban on contact")
        verbose_name_plural = _("bans on contact")
        ordering = ("-since", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="contact_ban_ends_later"),
        )

    def __str__(self) -> str:
        where = self.get_channel_display() if self.channel else _("all channels")
        return f"{where}: {self.reason}"
