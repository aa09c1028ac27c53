"""Telling people: one row for each, in the transaction of what happened, and never twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from django.db import connection, transaction

from crm_site.notifications.choices import Channel
from crm_site.notifications.kinds import NotificationKind, get_kind
from crm_site.notifications.models import ChannelChoice
from crm_site.staff.models import User

# The constraint decides who was told already, also between two transactions at once.
INSERT = """
INSERT INTO notifications_notification
    (recipient_id, kind, key, url, words, subject_kind, subject_id, actor_id, in_bell, in_mail)
SELECT recipient, %s, %s, %s, %s::jsonb, %s, %s, %s, bell, mail
FROM unnest(%s::bigint[], %s::boolean[], %s::boolean[]) AS given (recipient, bell, mail)
ORDER BY recipient
ON CONFLICT (recipient_id, key) {again}
RETURNING id, recipient_id, xmax = 0
"""
ONCE = "DO NOTHING"
# A row that counts grows when the rest of the same work arrives, and is new again for its reader.
GROWING = """DO UPDATE SET seen_at = NULL, read_at = NULL, words = jsonb_set(
    notifications_notification.words, '{count}',
    to_jsonb(((notifications_notification.words->>'count')::bigint + (EXCLUDED.words->>'count')::bigint)::text))"""

Told = Callable[[list[int]], None]
_also: list[Told] = []


def also_tell(function: Told) -> Told:
    """Register what carries new notifications further, given their ids, in the same transaction."""
    if function not in _also:
        _also.append(function)
    return function


def notify(
    kind: str,
    recipients: Iterable[int],
    *,
    key: str,
    url: str,
    words: Mapping[str, str],
    subject: tuple[str, int] | None = None,
    actor: int | None = None,
    count: int | None = None,
) -> int:
    """Tell people of something, inside the caller's transaction, and return how many were told.

    A person is told once for each `key`, never of what they did themselves (`actor`), and not at all when they are
    inactive or have turned the kind off. `url` is an address of this site; `subject` the record (kind, key) whose
    sight the reader needs to open it. With a `count`, which fills `%(count)s`, the same key adds to what was told:
    work done in chunks is one notification. Raises UnknownKindError, ValueError for a foreign address, and RuntimeError
    outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("people are told inside the transaction of what happened")
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError("a notification leads to an address of this site")
    wanted = _channels(get_kind(kind), set(recipients) - {actor})
    if not wanted:
        return 0
    subject_kind, subject_id = subject or ("", None)
    people = sorted(wanted)
    said = dict(words) if count is None else {**words, "count": str(count)}
    params = [
        *(kind, key, url, json.dumps(said), subject_kind, subject_id, actor, people),
        [Channel.BELL in wanted[one] for one in people],
        [Channel.MAIL in wanted[one] for one in people],
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT.replace("{again}", ONCE if count is None else GROWING), params)
        told = {pk: recipient for pk, recipient, fresh in cursor.fetchall() if fresh}
        further = [pk for pk, recipient in told.items() if Channel.ROBOT in wanted[recipient]]
        if further:
            for carry in _also:
                carry(further)
    return len(told)


def _channels(kind: NotificationKind, people: set[int]) -> dict[int, set[str]]:
    """Return the channels of everybody active who wants to hear of the kind at all."""
    if not people:
        return {}
    wanted = {pk: set(kind.by_default) for pk in _active(people)}
    for choice in ChannelChoice.objects.filter(user__in=wanted, kind=kind.code):
        if choice.wanted:
            wanted[choice.user_id].add(choice.channel)
        else:
            wanted[choice.user_id].discard(choice.channel)
    if kind.own_mail:
        for channels in wanted.values():
            channels.discard(Channel.MAIL)
    return {pk: channels for pk, channels in wanted.items() if channels}


def _active(people: set[int]) -> Iterable[int]:
    return User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True)


__all__ = ["also_tell", "notify"]
