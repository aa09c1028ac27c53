"""Who of us talks with whom at an organisation: how often in the last twelve months, and when last."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from crm_site.lib.local_times import beginning_of
from crm_site.staff.models import User
from customers.choices import CallOutcome
from customers.constants import TALK_VERBS
from customers.models import Customer

if TYPE_CHECKING:
    from crm_site.staff.models import User as Reader

YEAR = dt.timedelta(days=365)
# So many of us, and so many of theirs, stand in the picture.
MOST = 8
# From a larger organisation the people added last are drawn.
MOST_MEMBERS = 1000

# Everybody of us who took part with everybody of theirs who did. A talk that names people of the organisation is
# theirs; one that names nobody is the organisation's own.
TALKS = """
SELECT us.id, them.id, count(*), max(a.occurred_at)
FROM customers_activity a
CROSS JOIN LATERAL (
    SELECT a.actor_id AS id WHERE a.actor_id IS NOT NULL
    UNION SELECT t.user_id FROM customers_activity_attendees t WHERE t.activity_id = a.id
) us
CROSS JOIN LATERAL (
    SELECT g.customer_id AS id FROM customers_activity_guests g WHERE g.activity_id = a.id
    UNION SELECT a.customer_id WHERE a.customer_id <> %(organisation)s
        OR NOT EXISTS (SELECT 1 FROM customers_activity_guests g WHERE g.activity_id = a.id)
) them
WHERE a.customer_id = ANY(%(members)s) AND a.verb = ANY(%(verbs)s) AND a.outcome IN ('', %(reached)s)
    AND a.occurred_at >= %(since)s AND them.id = ANY(%(members)s)
GROUP BY us.id, them.id
"""


@dataclass(frozen=True)
class Tie:
    """How one of us and one of theirs talk: how often, and when last."""

    colleague: int
    person: int
    count: int
    last_at: dt.datetime


@dataclass(frozen=True)
class Picture:
    """The ties, the most talks first; the busiest people of each side by key, and how many are left out."""

    since: dt.date
    ties: list[Tie]
    colleagues: dict[int, str]
    people: dict[int, str]
    more_colleagues: int = 0
    more_people: int = 0


def read_picture(organisation: Customer, user: Reader) -> Picture:
    """Return the picture of the talks that stand on the organisation and those of its people whom the user may see."""
    since = timezone.localdate() - YEAR
    visible = Customer.objects.visible_to(user).filter(organisation=organisation).order_by("-pk")
    names = {organisation.pk: organisation.name, **dict(visible.values_list("pk", "name")[:MOST_MEMBERS])}
    params: dict[str, Any] = {
        "organisation": organisation.pk,
        "members": list(names),
        "verbs": list(TALK_VERBS),
        "reached": CallOutcome.REACHED.value,
        "since": beginning_of(since, timezone.get_current_timezone()),
    }
    with connection.cursor() as cursor:
        cursor.execute(TALKS, params)
        ties = [Tie(*row) for row in cursor.fetchall()]
    us: Counter[int] = Counter()
    them: Counter[int] = Counter()
    for tie in ties:
        us[tie.colleague] += tie.count
        them[tie.person] += tie.count
    ours, theirs = _busiest(us), _busiest(them)
    shown = [tie for tie in ties if tie.colleague in ours and tie.person in theirs]
    called = {one.pk: one.short_name for one in User.objects.filter(pk__in=ours)} if ours else {}
    return Picture(
        since=since,
        ties=sorted(shown, key=lambda tie: (-tie.count, -tie.last_at.timestamp(), tie.colleague, tie.person)),
        colleagues={key: called[key] for key in ours if key in called},
        people={key: names[key] for key in theirs},
        more_colleagues=len(us) - len(ours),
        more_people=len(them) - len(theirs),
    )


def _busiest(counts: Counter[int]) -> list[int]:
    return sorted(counts, key=lambda key: (-counts[key], key))[:MOST]
