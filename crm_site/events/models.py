"""The outbox: events that were published, and the deliveries still owed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    """Where a delivery stands; a finished one is removed."""

    PENDING = "pending", _("Pending")
    DEAD = "dead", _("Given up")


class EventRecord(models.Model):
    """One published event."""

    name = models.CharField(_("event"), max_length=100)
    payload = models.JSONField(_("data"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    occurred_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = (models.Index(fields=("name", "-occurred_at"), name="event_name_time"),)

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(models.Model):
    """One event owed to one handler."""

    event = models.ForeignKey(EventRecord, models.CASCADE, related_name="deliveries", db_index=False)
    handler = models.CharField(_("handler"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), auto_now_add=True)
    error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = (
            models.Index(fields=("due_at", "id"), name="delivery_due", condition=models.Q(state=DeliveryState.PENDING)),
        )
        constraints = (models.UniqueConstraint(fields=("event", "handler"), name="one_delivery_per_handler"),)

    def __str__(self) -> str:
        return f"{self.event_id} → {self.handler}"
