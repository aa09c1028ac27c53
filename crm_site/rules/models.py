"""The log of rules that fired."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RuleFiring(models.Model):
    """One record met one rule, and what followed.

    `owner_kind` and `owner_id` name what the rule belongs to (a score, an assignment, a lifecycle step), `rule`
    its code there; `record_kind` and `record_id` the record, as a subject's code and a key; `outcome` holds the
    consequence, for example the points given or the person assigned. Neither end is a foreign key: the log
    outlives both.
    """

    owner_kind = models.CharField(_("belongs to"), max_length=30)
    owner_id = models.BigIntegerField(_("number"), null=True, blank=True)
    rule = models.CharField(_("rule"), max_length=60)
    record_kind = models.CharField(_("kind of record"), max_length=30)
    record_id = models.BigIntegerField(_("record"))
    event = models.CharField(_("event"), max_length=60, blank=True)
    fired_at = models.DateTimeField(_("at"), default=timezone.now)
    outcome: models.JSONField[Any, Any] = models.JSONField(_("outcome"), default=dict)

    class Meta:
        verbose_name = _("firing of a rule")
        verbose_name_plural = _("firings of rules")
        indexes = (
            models.Index(fields=("record_kind", "record_id", "-fired_at"), name="firing_record"),
            models.Index(fields=("owner_kind", "owner_id", "-fired_at"), name="firing_owner"),
            models.Index(fields=("fired_at", "id"), name="firing_time"),
        )

    def __str__(self) -> str:
        return f"{self.owner_kind} {self.rule} → {self.record_kind} {self.record_id}"
