"""Following records: who wants to hear what happens to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_site.notifications.models import Follow
from crm_site.staff.models import User
from crm_site.staff.subjects import find_subject


def follow(user: User, kind: str, pk: int) -> None:
    """Let the person hear of the record; following twice is following once."""
    Follow.objects.bulk_create([Follow(user=user, subject_kind=kind, subject_id=pk)], ignore_conflicts=True)


def unfollow(user: User, kind: str, pk: int) -> None:
    """Leave the person alone about the record."""
    Follow.objects.of(kind, pk).filter(user=user).delete()


def is_following(user: User, kind: str, pk: int) -> bool:
    """Tell whether the person hears of the record."""
    return Follow.objects.of(kind, pk).filter(user=user).exists()


def followers_of(kind: str, pk: int, *, also: tuple[str, int] | None = None) -> list[int]:
    """Return who follows the record and may still see it, and the record `also` (kind, key) where one is given."""
    people = list(User.objects.filter(is_active=True, follows__subject_kind=kind, follows__subject_id=pk))
    seeing = set(who_may_see(people, kind, pk))
    if also is not None and seeing:
        seeing &= set(who_may_see(people, *also))
    return sorted(seeing)


def followed_among(kind: str, pks: Any) -> list[int]:
    """Return which of the records (keys, or a query of them) anybody follows."""
    rows = Follow.objects.filter(subject_kind=kind, subject_id__in=pks)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def who_may_see(people: Iterable[User], kind: str, pk: int) -> list[int]:
    """Return the keys of those of the people who may see the record; none when its kind is unknown."""
    subject = find_subject(kind)
    if subject is None:
        return []
    return [one.pk for one in people if subject.rows().visible_to(one).filter(pk=pk).exists()]
