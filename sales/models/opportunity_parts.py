"""What belongs to an opportunity: its products, the people who decide, and the ledger of what happened to it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.staff.models import Team
from customers.choices import BuyingRole
from customers.models import Customer
from sales.choices import ChangeKind
from sales.models.opportunity import Opportunity
from sales.models.pipeline import Pipeline, Stage
from sales.models.product import Product
from sales.querysets import ChangeQuerySet


class OpportunityLine(models.Model):
    """One product of a deal; the amount is exact before rounding, `discount` in per cent."""

    history: ClassVar[Tracking] = Tracking(root="opportunity")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("position"), default=1)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=3, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=4, default=0)
    discount = models.DecimalField(
        _("discount in %"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    amount = models.GeneratedField(
        expression=F("quantity") * F("unit_price") * (Decimal(100) - F("discount")) / Decimal(100),
        output_field=models.DecimalField(max_digits=18, decimal_places=4),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("opportunity line")
        verbose_name_plural = _("opportunity lines")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return f"{self.quantity} × {self.description}"


class ContactRole(models.Model):
    """A person at the customer's, and the part they play in this deal."""

    history: ClassVar[Tracking] = Tracking(root="opportunity")

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="contact_roles", db_index=False)
    person = models.ForeignKey(Customer, models.CASCADE, related_name="deal_roles", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=14, choices=BuyingRole.choices, blank=True)
    is_primary = models.BooleanField(_("main contact"), default=False)

    class Meta:
        verbose_name = _("contact of an opportunity")
        verbose_name_plural = _("contacts of opportunities")
        ordering = ("-is_primary", "id")
        constraints = (
            models.UniqueConstraint(fields=("opportunity", "person"), name="deal_contact_once"),
            models.UniqueConstraint(
                fields=("opportunity",), condition=Q(is_primary=True), name="deal_one_main_contact"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"


class OpportunityChange(models.Model):
    """One line of the ledger of opportunities. The database writes it, whoever changes a deal and however.

    `delta` is what the line did to the sum of open deals of `owner` and `team`, in the base currency: the lines
    between two moments add up to the difference of the open sums. `stage` is where the deal stood afterwards,
    `former_stage` before; `seconds` is how long it stood there. `days` is by how much the expected close moved.
    `amount` is the deal's amount afterwards.
    """

    history: ClassVar[Tracking] = Tracking(
        root="opportunity", derived="true", hidden=("at", "stage_id", "former_stage_id", "seconds")
    )
    access_module = "sales"

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(_("what"), max_length=8, choices=ChangeKind.choices)
    at = models.DateTimeField(_("when"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+", db_index=False)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="+", db_index=False)
    stage = models.ForeignKey(Stage, models.CASCADE, related_name="+", db_index=False)
    former_stage = models.ForeignKey(Stage, models.CASCADE, null=True, related_name="+", db_index=False)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4, default=0)
    delta = models.DecimalField(_("change of the open sum"), max_digits=18, decimal_places=4, default=0)
    days = models.IntegerField(_("days moved"), null=True)
    seconds = models.BigIntegerField(_("seconds in the former stage"), null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an opportunity")
        verbose_name_plural = _("changes of opportunities")
        ordering = ("at", "id")
        indexes = (
            models.Index(fields=("opportunity", "at", "id"), name="deal_change_of"),
            models.Index(
                fields=("at", "kind"), include=("owner", "team", "delta", "opportunity"), name="deal_change_at"
            ),
            models.Index(fields=("owner", "at"), name="deal_change_owner"),
        )

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.kind}"
