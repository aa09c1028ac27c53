"""The customer: one table of persons and organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from crm_site.lib.days import years_between
from crm_site.staff.models import OwnedModel, validate_time_zone
from customers.choices import BuyingRole, ContactKind, CustomerKind, Gender, Stage
from customers.models.checks import check_birth_date, check_registration_number
from customers.querysets import CustomerQuerySet

if TYPE_CHECKING:
    from customers.models.contact import Address


class Tag(models.Model):
    """A word that people put on customers."""

    history: ClassVar[Tracking] = Tracking()

    name = models.CharField(_("name"), max_length=50, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Customer(CustomisedModel, OwnedModel):
    """A person or an organisation; people belong to organisations, and organisations form a tree.

    `search_text` and `sort_key` are derived from the name, contact points and reference by the services.
    """

    history: ClassVar[Tracking] = Tracking(hidden=("search_text", "sort_key", "picture"), many=("tags",))

    access_module = "customers"
    custom_host = "customer"

    kind = models.CharField(_("kind"), max_length=12, choices=CustomerKind.choices, default=CustomerKind.PERSON)
    name = models.CharField(_("name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    reference = models.CharField(
        _("reference"), max_length=64, blank=True, help_text=_("The customer's number in another system.")
    )
    organisation = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("organisation"),
        help_text=_("The company a person works for, or the parent of an organisation."),
    )
    job_title = models.CharField(_("job title"), max_length=100, blank=True)
    role = models.CharField(
        _("buying role"),
        max_length=14,
        choices=BuyingRole.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("What part a person plays when their organisation decides."),
    )
    gender = models.CharField(_("gender"), max_length=6, choices=Gender.choices, blank=True, default="", db_default="")
    birth_date = models.DateField(_("birth date"), null=True, blank=True, validators=[check_birth_date])
    identifier = models.CharField(
        _("registration number"),
        max_length=40,
        blank=True,
        validators=[check_registration_number],
        help_text=_("For example the unified social credit code (统一社会信用代码)."),
    )
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    website = models.URLField(_("website"), blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True, validators=[validate_time_zone])
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.PROSPECT)
    picture = models.BigIntegerField(
        _("picture"), null=True, blank=True, editable=False, help_text=_("The key of the attachment that is shown.")
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="customers", verbose_name=_("tags"))

    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = (
            models.Index(fields=("sort_key", "id"), name="customer_sort"),
            models.Index(fields=("owner", "sort_key", "id"), name="customer_owner_sort"),
            models.Index(fields=("owner", "stage", "sort_key", "id"), name="customer_owner_stage"),
            models.Index(fields=("created_at", "id"), name="customer_created"),
            models.Index(fields=("owner", "created_at", "id"), name="customer_owner_created"),
            models.Index(fields=("stage", "sort_key", "id"), name="customer_stage_sort"),
            models.Index(fields=("identifier",), name="customer_identifier", condition=~Q(identifier="")),
            GinIndex(fields=("custom",), name="customer_custom", opclasses=("jsonb_path_ops",)),
            GinIndex(fields=("search_text",), name="customer_search", opclasses=("gin_trgm_ops",)),
            # Filters look for words within these: together with stage and owner they leave few rows to read.
            GinIndex(OpClass(Upper("country"), "gin_trgm_ops"), name="customer_country_words"),
            GinIndex(OpClass(Upper("source"), "gin_trgm_ops"), name="customer_source_words"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("reference",),
                condition=~Q(reference=""),
                name="customer_reference_once",
                violation_error_message=_("Another customer has this reference."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the customer's page."""
        return reverse("customers:customer-detail", args=[self.pk])

    @property
    def is_person(self) -> bool:
        """Tell a person from an organisation."""
        return self.kind == CustomerKind.PERSON

    def primary(self, kind: str) -> str:
        """Return the primary contact point of that kind as typed; prefetch `contact_points` for lists."""
        points = [point for point in self.contact_points.all() if point.kind == kind]
        return next((point.value for point in points if point.is_primary), points[0].value if points else "")

    @property
    def age(self) -> int | None:
        """Completed years of life on the reader's day."""
        return None if self.birth_date is None else years_between(self.birth_date, timezone.localdate())

    @property
    def picture_url(self) -> str:
        """The address of the small picture of the customer, or an empty text."""
        return reverse("files:attachment-thumbnail", args=[self.picture]) if self.picture else ""

    @property
    def email(self) -> str:
        """The primary mail address, or an empty text."""
        return self.primary(ContactKind.EMAIL)

    @property
    def phone(self) -> str:
        """The primary phone number, or an empty text."""
        return self.primary(ContactKind.PHONE)

    @property
    def wechat(self) -> str:
        """The primary WeChat id, or an empty text."""
        return self.primary(ContactKind.WECHAT)

    @property
    def context_line(self) -> str:
        """What stands small under the name: position and organisation, or the industry."""
        if self.is_person:
            return " · ".join(part for part in (self.job_title, str(self.organisation or "")) if part) or self.country
        return " · ".join(part for part in (self.industry, self.country) if part)

    @property
    def tags_line(self) -> str:
        """The tags in one line; prefetch `tags` for lists."""
        return " · ".join(tag.name for tag in self.tags.all())

    @property
    def primary_address(self) -> Address | None:
        """The primary address; prefetch `addresses` for lists."""
        return next(iter(self.addresses.all()), None)

    @property
    def address(self) -> str:
        """The primary address in one line, or an empty text."""
        return str(self.primary_address or "")
