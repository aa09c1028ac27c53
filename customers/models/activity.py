"""The timeline: one stream of entries per customer, written once when things happen."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.events.verbs import VERBS, Verb
from crm_site.history.tracking import Tracking
from customers.models.customer import Customer
from customers.querysets import ActivityQuerySet


class Activity(models.Model):
    """One entry. `verb` is registered with its sentence; `data` fills the sentence; `body` is what people wrote."""

    history: ClassVar[Tracking] = Tracking(
        root="customer",
        hidden=("verb", "data", "subject_kind", "subject_id", "actor_id"),
        derived="actor_id IS NULL AND starts_with(verb, 'customer.stage_')",
    )

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="activities")
    verb = models.CharField(_("verb"), max_length=40)
    occurred_at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict)
    body = models.TextField(_("text"), blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = (
            models.Index(fields=("customer", "-occurred_at", "-id"), name="activity_stream"),
            models.Index(fields=("subject_kind", "subject_id"), name="activity_subject"),
        )

    def __str__(self) -> str:
        return self.sentence

    @property
    def definition(self) -> Verb | None:
        """The registered verb, or None when its app is gone."""
        return VERBS.get(self.verb)

    @property
    def sentence(self) -> str:
        """The entry as a sentence in the active language."""
        return self.definition.say(self.data) if self.definition else self.verb

    @property
    def link(self) -> str:
        """Where the entry leads, or an empty text."""
        if self.definition is None or self.definition.link is None or self.subject_id is None:
            return ""
        return self.definition.link({"subject_id": self.subject_id, **self.data})
