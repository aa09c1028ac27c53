"""What the shell remembers about a person."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_site.staff.models import User


class FirstSteps(models.Model):
    """A newcomer's checklist: which steps are ticked, and whether the person has put it away."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="first_steps")
    ticked: ArrayField[Any, Any] = ArrayField(models.CharField(max_length=40), default=list)
    hidden = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("first steps")
        verbose_name_plural = _("first steps")

    def __str__(self) -> str:
        return f"{self.user_id}: {len(self.ticked)}"
