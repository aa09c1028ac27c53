"""Segments: customers that belong together, by a rule or because somebody picked them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm_site.history.tracking import Tracking
from crm_site.staff.models import OwnedModel
from customers.choices import SegmentKind
from customers.models.customer import Customer
from customers.querysets import PickQuerySet, SegmentQuerySet


class Segment(OwnedModel):
    """A named set of customers. `rule` is the stored form of a rule about customers; picked segments have none."""

    history: ClassVar[Tracking] = Tracking()
    access_module = "customers"

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True, help_text=_("What the segment is for."))
    kind = models.CharField(_("kind"), max_length=8, choices=SegmentKind.choices, default=SegmentKind.DYNAMIC)
    rule: models.JSONField[Any, Any] = models.JSONField(_("rule"), null=True, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the segment's page."""
        return reverse("customers:segment-detail", args=[self.pk])

    @property
    def is_dynamic(self) -> bool:
        """Tell a segment by rule from one picked by hand."""
        return self.kind == SegmentKind.DYNAMIC


class SegmentPick(models.Model):
    """One customer that somebody put into a segment by hand."""

    history: ClassVar[Tracking] = Tracking(root="segment")

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="picks", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    picked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    picked_at = models.DateTimeField(_("picked"), auto_now_add=True)

    objects = PickQuerySet.as_manager()

    class Meta:
        verbose_name = _("picked customer")
        verbose_name_plural = _("picked customers")
        constraints = (models.UniqueConstraint(fields=("segment", "customer"), name="pick_once"),)

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class SegmentMember(models.Model):
    """Who belongs to a segment now: computed from its rule or its picks, and never written by hand."""

    derived: ClassVar[bool] = True

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("member of a segment")
        verbose_name_plural = _("members of segments")
        constraints = (models.UniqueConstraint(fields=("segment", "customer"), name="member_once"),)

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class SegmentMove(models.Model):
    """Somebody entered or left a segment. The first filling of a segment moves nobody."""

    history: ClassVar[Tracking] = Tracking(root="segment", updates=False, derived="true")
    derived: ClassVar[bool] = True

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="moves", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="segment_moves")
    entered = models.BooleanField(_("entered"))
    moved_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move between segments")
        verbose_name_plural = _("moves between segments")
        indexes = (models.Index(fields=("segment", "-moved_at", "-id"), name="segment_moves"),)

    def __str__(self) -> str:
        return f"{self.segment_id}: {'+' if self.entered else '-'}{self.customer_id}"


class SegmentState(models.Model):
    """What the last computation found: how many belong, and since when it is known; nothing before the first one."""

    history: ClassVar[Tracking] = Tracking(root="segment", updates=False, derived="true")
    derived: ClassVar[bool] = True

    segment = models.OneToOneField(Segment, models.CASCADE, primary_key=True, related_name="state")
    size = models.PositiveIntegerField(_("customers"), default=0)
    filled_at = models.DateTimeField(_("filled"), null=True)
    checked_at = models.DateTimeField(_("checked"), null=True)

    class Meta:
        verbose_name = _("state of a segment")
        verbose_name_plural = _("states of segments")

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.size}"
