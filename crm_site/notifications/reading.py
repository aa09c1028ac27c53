"""Looking at notifications: how many wait, what is latest, and what has been seen and opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext, ngettext

from crm_site.notifications.models import Notification

if TYPE_CHECKING:
    from crm_site.notifications.querysets import NotificationQuerySet
    from crm_site.staff.models import User

MOST = 99
IN_BELL = 12
ON_PAGE = 40


@dataclass(frozen=True)
class Waiting:
    """What the bell shows: a badge of at most three characters, and the same in words."""

    badge: str
    words: str


def waiting_for(user: User) -> Waiting:
    """Return how many notifications the person has not seen, counted no further than the badge shows."""
    count = Notification.objects.filter(recipient=user).unseen()[: MOST + 1].count()
    if not count:
        return Waiting("", gettext("Notifications"))
    if count > MOST:
        return Waiting(f"{MOST}+", gettext("Notifications: more than %(count)d new") % {"count": MOST})
    words = ngettext("Notifications: %(count)d new", "Notifications: %(count)d new", count) % {"count": count}
    return Waiting(str(count), words)


def own(user: User) -> NotificationQuerySet:
    """Return the person's notifications, the newest first."""
    return Notification.objects.visible_to(user).newest_first()


def fetch_own(user: User, pk: int) -> Notification:
    """Return one of the person's notifications; raise Http404 otherwise."""
    try:
        return Notification.objects.visible_to(user).get(pk=pk)
    except (Notification.DoesNotExist, OverflowError) as error:
        raise Http404 from error


def page_of(user: User, before: int | None) -> tuple[list[Notification], int | None]:
    """Return a page of the person's notifications and the key where the next one begins, None at the end."""
    rows = own(user) if before is None else own(user).filter(pk__lt=before)
    found = list(rows[: ON_PAGE + 1])
    return found[:ON_PAGE], found[ON_PAGE - 1].pk if len(found) > ON_PAGE else None
