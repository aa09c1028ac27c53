"""Changing many surveys at once: set-based, with one batch event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from crm_site.events.publishing import publish_batch
from crm_site.history.origin import current_origin
from service.events import SurveysChanged
from service.models import Survey

if TYPE_CHECKING:
    from crm_site.staff.models import User


def change_surveys(rows: QuerySet[Survey], facts: Mapping[str, Any], actor: User | None) -> int:
    """Give all surveys the same facts. Returns how many surveys there are."""
    with transaction.atomic():
        count = rows.update(**facts, version=F("version") + 1, updated_at=Now())
        done = current_origin().operation or 0
        publish_batch(SurveysChanged(count=count, fields=",".join(facts), operation_id=done), actor)
    return count
