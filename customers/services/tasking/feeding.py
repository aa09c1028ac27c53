"""The secret address of a person's calendar: shown once, stored as a digest, replaced or revoked at will."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from customers.models import CalendarFeed

if TYPE_CHECKING:
    from crm_site.staff.models import User

MAX_LENGTH = 100


def digest_of(secret: str) -> str:
    """Return what is stored of a feed's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_feed(user: User) -> str:
    """Make a new secret for the user's feed, so that the one before no longer works, and return it."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(user=user, defaults={"token_digest": digest_of(secret)})
    return secret


def revoke_feed(user: User) -> None:
    """Let nobody read the user's feed any more."""
    CalendarFeed.objects.filter(user=user).delete()


def reader_of(secret: str) -> User | None:
    """Return whose feed a secret opens, None for anything else."""
    if len(secret) > MAX_LENGTH:
        return None
    found = CalendarFeed.objects.select_related("user").filter(token_digest=digest_of(secret)).first()
    return found.user if found is not None and found.user.is_active else None
