"""Needs: what customers say they want, in their words, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm_site.fields.hosts import CustomisedModel
from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel
from customers.models import Customer
from sales.choices import LIVE_NEEDS, NeedPriority, NeedStatus
from sales.models.opportunity import Opportunity
from sales.models.pipeline import Named
from sales.models.product import Product
from sales.querysets import NeedCategoryQuerySet, NeedQuerySet, NeedTopicQuerySet

LIVE = Q(status__in=[one.value for one in LIVE_NEEDS])


class NeedCategory(Named):
    """What kind of need it is: the list that administrators keep."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "sales"

    objects = NeedCategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category of needs")
        verbose_name_plural = _("categories of needs")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                name="need_category_once",
                violation_error_message=_("There is a category with this name already."),
            ),
        )

    def get_absolute_url(self) -> str:
        """Return its place on the page of categories."""
        return f"{reverse('sales:needcategory-list')}#category-{self.pk}"


class NeedTopic(models.Model):
    """What many needs speak of, found in their texts: the nightly job makes topics, names them and lets them go.

    `terms` are the words that set it apart, the weightiest first. A topic stays the same one from run to run as long
    as most of its needs stay together.
    """

    derived: ClassVar[bool] = True
    access_module = "sales"

    name = models.CharField(_("name"), max_length=120)
    terms = ArrayField(models.CharField(max_length=60), verbose_name=_("words"), default=list)

    objects = NeedTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of needs")
        verbose_name_plural = _("topics of needs")
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Need(CustomisedModel, OwnedModel):
    """Something a customer wants of us.

    `title` says it in a line, `text` in the customer's own words. It is stated, confirmed, and in the end addressed
    (by a deal, or as `close_note` says) or declined for the reason in `close_note`; the moments stand beside. `topic`
    is found by comparing texts.
    """

    history: ClassVar[Tracking] = Tracking(hidden=("search_text", "sort_key", "topic_id"))

    access_module = "sales"
    custom_host = "need"

    number = models.CharField(_("number"), max_length=64, unique=True)
    title = models.CharField(_("need"), max_length=200)
    text = models.TextField(_("in their words"), blank=True)
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="needs", verbose_name=_("customer"), db_index=False
    )
    category = models.ForeignKey(
        NeedCategory, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("category")
    )
    priority = models.CharField(_("priority"), max_length=6, choices=NeedPriority.choices, default=NeedPriority.NORMAL)
    product = models.ForeignKey(
        Product, models.SET_NULL, null=True, blank=True, related_name="needs", verbose_name=_("product")
    )
    status = models.CharField(_("status"), max_length=9, choices=NeedStatus.choices, default=NeedStatus.STATED)
    opportunity = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="needs", verbose_name=_("opportunity")
    )
    topic = models.ForeignKey(
        NeedTopic, models.SET_NULL, null=True, blank=True, editable=False, related_name="needs",
        verbose_name=_("topic"),
    )  # fmt: skip
    stated_at = models.DateTimeField(_("stated"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    close_note = models.TextField(_("how it ended"), blank=True)
    search_text = models.TextField(editable=False, default="")
    sort_key = models.CharField(max_length=200, editable=False, default="")

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        indexes = (
            models.Index(fields=("stated_at", "id"), name="need_stated"),
            models.Index(fields=("owner", "stated_at", "id"), name="need_owner_stated"),
            models.Index(fields=("sort_key", "id"), name="need_sort"),
            models.Index(fields=("owner", "sort_key", "id"), name="need_owner_sort"),
            models.Index(fields=("customer", "stated_at"), name="need_customer"),
            models.Index(fields=("status", "stated_at", "id"), condition=LIVE, name="need_board"),
            models.Index(fields=("owner", "status", "stated_at", "id"), condition=LIVE, name="need_owner_board"),
            GinIndex(fields=("custom",), name="need_custom", opclasses=("jsonb_path_ops",)),
            GinIndex(fields=("search_text",), name="need_search", opclasses=("gin_trgm_ops",)),
        )
        constraints = (
            models.CheckConstraint(
                condition=(LIVE & Q(closed_at=None)) | (~LIVE & Q(closed_at__isnull=False)),
                name="need_closed_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(status=NeedStatus.DECLINED) | ~Q(close_note=""), name="need_declined_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the need's page."""
        return reverse("sales:need-detail", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Tell whether something is still to be done about it."""
        return self.status in LIVE_NEEDS

    @property
    def status_tone(self) -> str:
        """The colour and shape of the status."""
        return NeedStatus(self.status).tone
