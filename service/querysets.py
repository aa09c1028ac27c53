"""Chainable vocabulary of service."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from crm_site.staff.querysets import OwnedQuerySet, SharedQuerySet

if TYPE_CHECKING:
    from service.models import Survey, SurveyAnswer  # noqa: F401 - named in strings below


class SurveyQuerySet(SharedQuerySet["Survey"]):
    """Surveys."""

    def active(self) -> Self:
        """Keep surveys that still collect answers."""
        return self.filter(is_active=True)


class SurveyAnswerQuerySet(OwnedQuerySet["SurveyAnswer"]):
    """Answers; one row is one answer that counts."""

    def of_kind(self, kind: str) -> Self:
        """Keep answers to surveys of that kind."""
        return self.filter(kind=kind)

    def in_period(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Keep answers given in the half-open period."""
        return self.filter(answered_at__gte=start, answered_at__lt=end)
