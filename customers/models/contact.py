"""How and where to reach a customer."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.lib.phones import format_phone
from customers.choices import ContactKind, PlaceLabel
from customers.models.customer import Customer
from customers.querysets import AddressQuerySet, ContactPointQuerySet


class ContactPoint(models.Model):
    """One phone number, mail address or chat id; `normal` is the form that is compared (E.164, lower case)."""

    history: ClassVar[Tracking] = Tracking(root="customer", hidden=("normal",))

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_points", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind.choices)
    value = models.CharField(_("value"), max_length=254)
    normal = models.CharField(max_length=254, editable=False)
    label = models.CharField(
        _("label"), max_length=10, choices=PlaceLabel.choices, blank=True, default="", db_default=""
    )
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        ordering = ("kind", "-is_primary", "id")
        indexes = (models.Index(fields=("normal",), name="contact_normal"),)
        constraints = (
            models.UniqueConstraint(fields=("customer", "kind", "normal"), name="contact_once"),
            models.UniqueConstraint(
                fields=("customer", "kind"), condition=Q(is_primary=True), name="one_primary_contact"
            ),
        )

    def __str__(self) -> str:
        return self.value

    @property
    def shown(self) -> str:
        """The value as people read it: phone numbers with blanks, in national form within their own region."""
        if self.kind == ContactKind.PHONE:
            return format_phone(self.normal, settings.DEFAULT_PHONE_REGION) if self.normal[:1] == "+" else self.value
        return self.value

    @property
    def link(self) -> str:
        """The address that writes or calls, or an empty text."""
        scheme = {ContactKind.EMAIL.value: "mailto", ContactKind.PHONE.value: "tel"}.get(self.kind, "")
        return f"{scheme}:{self.normal}" if scheme else ""


class Address(models.Model):
    """A postal address; `region` is a province or state, `district` the 区 where that is the habit."""

    history: ClassVar[Tracking] = Tracking(root="customer")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    street = models.CharField(_("street"), max_length=200, blank=True)
    district = models.CharField(_("district"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    region = models.CharField(_("province or state"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    label = models.CharField(
        _("label"), max_length=10, choices=PlaceLabel.choices, blank=True, default="", db_default=""
    )
    is_primary = models.BooleanField(_("primary"), default=False)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ("-is_primary", "id")
        constraints = (
            models.UniqueConstraint(fields=("customer",), condition=Q(is_primary=True), name="one_primary_address"),
        )

    def __str__(self) -> str:
        parts = (self.street, self.district, self.city, self.region, self.postal_code, self.country)
        return ", ".join(part for part in parts if part)
