"""The calendar that a new installation starts with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

NAME = "Standard"
OPENS, CLOSES = dt.time(9), dt.time(17)


def seed_calendar(calendar_model: Any) -> Any:
    """Create the default calendar, Monday to Friday from 9 to 17, unless there is one; return the one there is."""
    try:
        with transaction.atomic():
            if (found := calendar_model.objects.filter(is_default=True).first()) is not None:
                return found
            made, created = calendar_model.objects.get_or_create(
                name=NAME, defaults={"time_zone": settings.ORGANISATION_TIME_ZONE, "is_default": True}
            )
            if created:
                hours_model = calendar_model._meta.get_field("hours").related_model
                hours_model.objects.bulk_create(
                    hours_model(calendar=made, weekday=weekday, opens=OPENS, closes=CLOSES) for weekday in range(5)
                )
            else:
                calendar_model.objects.filter(pk=made.pk).update(is_default=True)
    except IntegrityError:
        # Somebody else was first.
        return calendar_model.objects.get(is_default=True)
    return calendar_model.objects.get(pk=made.pk)
