"""Chainable vocabulary of notifications: everybody sees their own and nobody else's, whatever their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Coalesce, Now

from crm_site.staff.querysets import SharedQuerySet

if TYPE_CHECKING:
    from crm_site.notifications.models import Follow, Notification, Robot  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications."""

    def visible_to(self, user: User) -> Self:
        """Keep the person's own that stand in the bell."""
        return self.filter(recipient=user, in_bell=True)

    def unseen(self) -> Self:
        """Keep those in the bell that nobody has looked at yet; the partial index answers this."""
        return self.filter(seen_at__isnull=True, in_bell=True)

    def newest_first(self) -> Self:
        """Put the newest first."""
        return self.order_by("-pk")

    def mark_seen(self) -> int:
        """Note that they were looked at, and return how many were not before."""
        return self.unseen().update(seen_at=Now())

    def mark_read(self) -> int:
        """Note that they were opened, and return how many were not before."""
        fresh = self.filter(read_at__isnull=True)
        return fresh.update(read_at=Now(), seen_at=Coalesce("seen_at", Now()))


class FollowQuerySet(models.QuerySet["Follow"]):
    """Who follows what."""

    def of(self, kind: str, pk: int) -> Self:
        """Keep the followers of one record."""
        return self.filter(subject_kind=kind, subject_id=pk)


class RobotQuerySet(SharedQuerySet["Robot"]):
    """Robots, which only those who set the site up may see: an address is a secret."""
